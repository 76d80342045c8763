# cairn_check_tests(KIND kind USES library...)
#
# Every test_*.c below tests/<kind>/ becomes one Check program and one ctest named
# <kind>.<name>, so that one runs alone: ctest -R unit.text.
#
# cairn_fuzz_targets(USES library...)
#
# Every fuzz_*.c in tests/fuzz/ becomes a libFuzzer program in the fuzz preset, and in every
# other one a program that replays its corpus, tests/fuzz/corpus/<name>/, as ctest fuzz.<name>.
include_guard(GLOBAL)

function(cairn_check_tests)
  cmake_parse_arguments(ARG "" "KIND;TIMEOUT" "USES" ${ARGN})
  if(NOT ARG_TIMEOUT)
    set(ARG_TIMEOUT 300)
  endif()
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS
       ${PROJECT_SOURCE_DIR}/tests/${ARG_KIND}/test_*.c)
  foreach(source IN LISTS sources)
    get_filename_component(name ${source} NAME_WE)
    string(REGEX REPLACE "^test_" "" name ${name})
    set(target ${ARG_KIND}_${name})
    add_executable(${target} ${source})
    target_compile_definitions(${target} PRIVATE _GNU_SOURCE)
    target_link_libraries(${target} PRIVATE test_support ${ARG_USES})
    cairn_flags(${target})
    add_test(NAME ${ARG_KIND}.${name} COMMAND ${target})
    set_tests_properties(${ARG_KIND}.${name} PROPERTIES LABELS ${ARG_KIND}
      TIMEOUT ${ARG_TIMEOUT} SKIP_RETURN_CODE 77
      ENVIRONMENT "CAIRN_SOURCE_DIR=${PROJECT_SOURCE_DIR};CAIRN_BIN_DIR=${PROJECT_BINARY_DIR}/bin;CK_DEFAULT_TIMEOUT=${ARG_TIMEOUT}")
  endforeach()
endfunction()

function(cairn_fuzz_targets)
  cmake_parse_arguments(ARG "" "" "USES" ${ARGN})
  file(GLOB sources CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/tests/fuzz/fuzz_*.c)
  foreach(source IN LISTS sources)
    get_filename_component(target ${source} NAME_WE)
    string(REGEX REPLACE "^fuzz_" "" name ${target})
    add_executable(${target} ${source})
    target_compile_definitions(${target} PRIVATE _GNU_SOURCE)
    target_link_libraries(${target} PRIVATE ${ARG_USES})
    cairn_flags(${target})
    if(CAIRN_SANITIZE STREQUAL "fuzzer")
      target_link_options(${target} PRIVATE -fsanitize=fuzzer)
    else()
      target_sources(${target} PRIVATE ${PROJECT_SOURCE_DIR}/tests/fuzz/replay.c)
      add_test(NAME fuzz.${name}
               COMMAND ${target} ${PROJECT_SOURCE_DIR}/tests/fuzz/corpus/${name})
      set_tests_properties(fuzz.${name} PROPERTIES LABELS fuzz TIMEOUT 120)
    endif()
  endforeach()
endfunction()
