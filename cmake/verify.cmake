# libcairn-verify: one shared library, one header, one pkg-config file. What it is made of is
# linked into it and hidden, so that nothing of ours but cairn_receipt_* is seen outside.
#
#     cmake --install BUILD --component verify --prefix PREFIX
include_guard(GLOBAL)
include(GNUInstallDirs)

add_library(cairn-verify SHARED $<TARGET_OBJECTS:verify>)
target_link_libraries(cairn-verify PRIVATE chain)
target_link_options(cairn-verify PRIVATE -Wl,--exclude-libs,ALL -Wl,--as-needed)
set_target_properties(cairn-verify PROPERTIES LINKER_LANGUAGE C
                      VERSION ${PROJECT_VERSION} SOVERSION 0)
cairn_flags(cairn-verify)

file(RELATIVE_PATH CAIRN_PC_TO_PREFIX
     ${CMAKE_INSTALL_FULL_LIBDIR}/pkgconfig ${CMAKE_INSTALL_PREFIX})
configure_file(${PROJECT_SOURCE_DIR}/cmake/cairn-verify.pc.in
               ${PROJECT_BINARY_DIR}/cairn-verify.pc @ONLY)
install(TARGETS cairn-verify LIBRARY COMPONENT verify)
install(FILES chain/verify/cairn_verify.h DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}
        COMPONENT verify)
install(FILES ${PROJECT_BINARY_DIR}/cairn-verify.pc
        DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig COMPONENT verify)
