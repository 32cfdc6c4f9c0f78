# SPDX-License-Identifier: Apache-2.0
# `cmake --install` gives a tree that runs wherever it is put: bin/otomo finds lib/otomo/libduckdb.so beside itself.
# `cpack` makes a .deb of the same tree.
install(TARGETS otomo RUNTIME DESTINATION bin)
install(FILES "${DuckDB_LIBRARY}" DESTINATION lib/otomo)
install(FILES LICENSE DESTINATION share/doc/otomo RENAME copyright)
if(DuckDB_LICENSE)
  install(FILES "${DuckDB_LICENSE}" DESTINATION share/doc/otomo RENAME LICENSE.duckdb)
endif()
# Compiled into the binary, and its licence asks to be named.
install(FILES /usr/share/doc/libcli11-dev/copyright DESTINATION share/doc/otomo RENAME LICENSE.cli11 OPTIONAL)

# The program writes its own manual and completions, from the descriptions that --help prints.
function(otomo_install_output folder name)
  list(JOIN ARGN " " arguments)
  install(CODE "
    set(file \"${CMAKE_BINARY_DIR}/install/${name}\")
    file(MAKE_DIRECTORY \"${CMAKE_BINARY_DIR}/install\")
    execute_process(COMMAND \"$<TARGET_FILE:otomo>\" ${arguments} OUTPUT_FILE \"\${file}\" RESULT_VARIABLE failed)
    if(failed)
      message(FATAL_ERROR \"otomo ${arguments} failed: \${failed}\")
    endif()
    file(INSTALL \"\${file}\" DESTINATION \"\${CMAKE_INSTALL_PREFIX}/${folder}\")")
endfunction()
otomo_install_output(share/man/man1 otomo.1 manual)
otomo_install_output(share/bash-completion/completions otomo completion bash)
otomo_install_output(share/zsh/vendor-completions _otomo completion zsh)
otomo_install_output(share/fish/vendor_completions.d otomo.fish completion fish)

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME otomo)
set(CPACK_PACKAGE_VENDOR otomo)
set(CPACK_PACKAGE_CONTACT "The otomo authors <otomo@localhost>")
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION database)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
get_filename_component(duckdb_folder "${DuckDB_LIBRARY}" DIRECTORY)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS_PRIVATE_DIRS "${duckdb_folder}")
include(CPack)
