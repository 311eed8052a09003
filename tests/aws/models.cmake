# A table of shapes for each of the tests' own models, written by the generator of the real ones.
set(test_model_sources)
foreach(model Queues Topics Things RestJson RestXml Checked)
  string(REGEX REPLACE "([a-z])([A-Z])" "\\1_\\2" file ${model})
  string(TOLOWER ${file} file)
  set(source ${CMAKE_CURRENT_SOURCE_DIR}/aws/models/${file}.json)
  set(table ${CMAKE_CURRENT_BINARY_DIR}/models/${file}.cpp)
  add_custom_command(
    OUTPUT ${table}
    COMMAND Python3::Interpreter ${CMAKE_SOURCE_DIR}/src/aws/shapes/generate.py --model ${source} kTest${model} ${table}
    DEPENDS ${source} ${CMAKE_SOURCE_DIR}/src/aws/shapes/generate.py)
  list(APPEND test_model_sources ${table})
endforeach()
file(MAKE_DIRECTORY ${CMAKE_CURRENT_BINARY_DIR}/models)
add_library(test_models STATIC ${test_model_sources})
target_link_libraries(test_models PUBLIC aws_shapes)
