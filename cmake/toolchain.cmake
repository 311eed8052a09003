# Compiler and linker settings that every target shares.

find_program(CCACHE ccache)
if(CCACHE)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CCACHE})
endif()

find_program(MOLD mold)
if(MOLD)
  add_link_options(-fuse-ld=mold)
endif()

set(CMAKE_CXX_FLAGS_RELEASE "-O2 -DNDEBUG")
add_compile_options(-fno-plt -fstack-protector-strong)
if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
  add_compile_options(-stdlib=libstdc++)
endif()
if(LOOPGATE_SANITIZE)
  # Null is AddressSanitizer's to find; it, alignment and vptr cost a third of the build. The fuzz tree has all.
  add_compile_options(-fsanitize=address,undefined -fno-sanitize=null,alignment,vptr
                      -fno-sanitize-recover=undefined -fno-omit-frame-pointer)
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
if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
  # libstdc++ 12's own std::stable_sort uses what it calls deprecated.
  target_compile_options(loopgate_warnings INTERFACE -Wno-deprecated-declarations)
endif()
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # g++ 12 reports false positives of these in inlined std::string and std::variant code at -O2.
  target_compile_options(loopgate_warnings INTERFACE -Wno-maybe-uninitialized -Wno-restrict
                         -Wno-stringop-overflow -Wno-stringop-overread -Wno-array-bounds
                         -Wno-free-nonheap-object)
endif()
