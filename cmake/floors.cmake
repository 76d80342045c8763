# cairn_floor(NAME name FLOOR n [PURE] FOLDERS dir... [USES library...] [WORLD thing...])
#
# One static library, the folders it is made of (every .c in them but main.c), and the only
# libraries it may use. Arrows point down: a library may use only lower floors, and the
# configure step stops at the first that looks up or sideways. PURE: strict ISO C, and
# tests/floors checks what the object code calls. WORLD names what it takes from outside
# the project; tests/floors checks that nobody else includes those headers.
include_guard(GLOBAL)
find_package(PkgConfig REQUIRED)
find_package(Threads REQUIRED)

set(CAIRN_WORLD_secp256k1 libsecp256k1)
set(CAIRN_WORLD_crypto libcrypto)
set(CAIRN_WORLD_rocksdb rocksdb)
set(CAIRN_WORLD_jansson jansson)
set(CAIRN_WORLD_uv libuv)
set(CAIRN_WORLD_curl libcurl)
set(CAIRN_WORLD_check check)
set(CAIRN_WORLD_wslay wslay)

# Whose package has no file for pkg-config: a header and a library stand for it.
set(CAIRN_HEADER_wslay wslay/wslay.h)

# What a package is called where people install it, for the sentence they read.
set(CAIRN_PACKAGE_secp256k1 libsecp256k1-dev)
set(CAIRN_PACKAGE_crypto libssl-dev)
set(CAIRN_PACKAGE_rocksdb librocksdb-dev)
set(CAIRN_PACKAGE_jansson libjansson-dev)
set(CAIRN_PACKAGE_uv libuv1-dev)
set(CAIRN_PACKAGE_curl libcurl4-openssl-dev)
set(CAIRN_PACKAGE_check check)
set(CAIRN_PACKAGE_wslay libwslay-dev)

function(cairn_world thing)
  if(TARGET PkgConfig::WORLD_${thing})
    return()
  endif()
  if(NOT DEFINED CAIRN_WORLD_${thing})
    message(FATAL_ERROR "WORLD ${thing} is not in cmake/floors.cmake")
  endif()
  if(DEFINED CAIRN_HEADER_${thing})
    find_path(WORLD_${thing}_FOLDER ${CAIRN_HEADER_${thing}})
    find_library(WORLD_${thing}_FILE ${CAIRN_WORLD_${thing}})
    if(WORLD_${thing}_FOLDER AND WORLD_${thing}_FILE)
      set(WORLD_${thing}_FOUND TRUE)
      add_library(PkgConfig::WORLD_${thing} INTERFACE IMPORTED GLOBAL)
      target_include_directories(PkgConfig::WORLD_${thing} SYSTEM
                                 INTERFACE ${WORLD_${thing}_FOLDER})
      target_link_libraries(PkgConfig::WORLD_${thing} INTERFACE ${WORLD_${thing}_FILE})
    endif()
  else()
    pkg_check_modules(WORLD_${thing} QUIET IMPORTED_TARGET GLOBAL ${CAIRN_WORLD_${thing}})
  endif()
  if(NOT WORLD_${thing}_FOUND)
    message(FATAL_ERROR "${CAIRN_WORLD_${thing}} is missing: install the Debian package "
                        "${CAIRN_PACKAGE_${thing}}, or run scripts/test.sh, which does.")
  endif()
endfunction()

function(cairn_floor)
  cmake_parse_arguments(ARG "PURE" "NAME;FLOOR" "FOLDERS;USES;WORLD" ${ARGN})
  set(sources)
  foreach(folder IN LISTS ARG_FOLDERS)
    file(GLOB found CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/${folder}/*.c)
    list(APPEND sources ${found})
  endforeach()
  list(FILTER sources EXCLUDE REGEX "/main\\.c$")

  add_library(${ARG_NAME} STATIC ${sources})
  set_target_properties(${ARG_NAME} PROPERTIES LINKER_LANGUAGE C
                        CAIRN_FLOOR ${ARG_FLOOR} CAIRN_PURE "${ARG_PURE}")
  target_include_directories(${ARG_NAME} PUBLIC ${PROJECT_SOURCE_DIR})
  if(NOT ARG_PURE)
    target_compile_definitions(${ARG_NAME} PRIVATE _GNU_SOURCE)
    target_link_libraries(${ARG_NAME} PUBLIC Threads::Threads)
  endif()
  foreach(used IN LISTS ARG_USES)
    get_target_property(floor ${used} CAIRN_FLOOR)
    if(NOT floor LESS ARG_FLOOR)
      message(FATAL_ERROR "${ARG_NAME} (floor ${ARG_FLOOR}) may not use ${used} "
                          "(floor ${floor}): arrows point down only.")
    endif()
    target_link_libraries(${ARG_NAME} PUBLIC ${used})
  endforeach()
  foreach(thing IN LISTS ARG_WORLD)
    cairn_world(${thing})
    target_link_libraries(${ARG_NAME} PUBLIC PkgConfig::WORLD_${thing})
  endforeach()
  cairn_flags(${ARG_NAME})
  set_property(GLOBAL APPEND PROPERTY CAIRN_LIBRARIES ${ARG_NAME})
  set_property(GLOBAL APPEND PROPERTY CAIRN_FLOOR_PLAN
    "${ARG_NAME}|${ARG_FLOOR}|${ARG_PURE}|${ARG_FOLDERS}|${ARG_USES}|${ARG_WORLD}")
endfunction()

# cairn_program(NAME name MAIN file USES library...)
function(cairn_program)
  cmake_parse_arguments(ARG "" "NAME;MAIN" "USES" ${ARGN})
  add_executable(${ARG_NAME} ${ARG_MAIN})
  set_target_properties(${ARG_NAME} PROPERTIES
                        RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/bin)
  target_compile_definitions(${ARG_NAME} PRIVATE _GNU_SOURCE)
  target_link_libraries(${ARG_NAME} PRIVATE ${ARG_USES})
  cairn_flags(${ARG_NAME})
  install(TARGETS ${ARG_NAME})
endfunction()
