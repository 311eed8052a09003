# Compiler and linker settings that every target shares.

find_program(CCACHE ccache)
if(CCACHE)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CCACHE})
endif()

find_program(MOLD mold)
if(MOLD)
  add_link_options(-fuse-ld=mold)
endif()

add_compile_options(-fno-plt -fstack-protector-strong)
if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
  add_compile_options(-stdlib=libstdc++)
endif()
if(LOOPGATE_SANITIZE)
  add_compile_options(-fsanitize=address,undefined -fno-sanitize-recover=undefined
                      -fno-omit-frame-pointer)
  add_link_options(-fsanitize=address,undefined)
endif()
if(LOOPGATE_FUZZ)
  add_compile_options(-fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=undefined)
  add_link_options(-fsanitize=address,undefined)
endif()

# Warnings are errors in our code only: linked privately by rooms and tests.
add_library(loopgate_warnings INTERFACE)
target_compile_options(loopgate_warnings INTERFACE -Wall -Wextra -Wconversion -Wno-sign-conversion
                       $<$<BOOL:${LOOPGATE_WERROR}>:-Werror>)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # g++ 12 reports false positives of these in inlined std::string and std::variant code at -O2.
  target_compile_options(loopgate_warnings INTERFACE -Wno-error=maybe-uninitialized
                         -Wno-error=restrict -Wno-error=stringop-overflow -Wno-error=array-bounds
                         -Wno-error=stringop-overread -Wno-error=free-nonheap-object)
endif()
