# Every file of scenarios/ is a test of LOOPGATE_BINARY.

file(GLOB scenario_files CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/scenarios/*.yaml)
foreach(file ${scenario_files})
  get_filename_component(scenario_name ${file} NAME_WE)
  add_test(NAME scenario_${scenario_name} COMMAND ${LOOPGATE_BINARY} run ${file})
  set_tests_properties(scenario_${scenario_name} PROPERTIES TIMEOUT 120)
endforeach()

add_test(NAME scenario_same_journal
         COMMAND Python3::Interpreter ${CMAKE_CURRENT_SOURCE_DIR}/scenario/same_journal.py ${LOOPGATE_BINARY}
                 ${CMAKE_SOURCE_DIR})
add_test(NAME scenario_reasons_covered
         COMMAND Python3::Interpreter ${CMAKE_CURRENT_SOURCE_DIR}/scenario/reasons_covered.py ${CMAKE_SOURCE_DIR})
