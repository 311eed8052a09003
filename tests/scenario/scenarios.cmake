# Every file of scenarios/ is a test. LOOPGATE_BINARY is the loopgate that plays them, where it is not the one of this
# build (a sanitized tree tests a release binary with it, and the reverse).
set(LOOPGATE_BINARY "" CACHE FILEPATH "The loopgate that scenario tests run; empty: this build's")
if(LOOPGATE_BINARY)
  set(scenario_binary ${LOOPGATE_BINARY})
else()
  set(scenario_binary $<TARGET_FILE:loopgate>)
endif()

file(GLOB scenario_files CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/scenarios/*.yaml)
foreach(file ${scenario_files})
  get_filename_component(scenario_name ${file} NAME_WE)
  add_test(NAME scenario_${scenario_name} COMMAND ${scenario_binary} run ${file})
  set_tests_properties(scenario_${scenario_name} PROPERTIES TIMEOUT 120)
endforeach()

add_test(NAME scenario_same_journal
         COMMAND Python3::Interpreter ${CMAKE_CURRENT_SOURCE_DIR}/scenario/same_journal.py ${scenario_binary}
                 ${CMAKE_SOURCE_DIR})
add_test(NAME scenario_reasons_covered
         COMMAND Python3::Interpreter ${CMAKE_CURRENT_SOURCE_DIR}/scenario/reasons_covered.py ${CMAKE_SOURCE_DIR})
