# SPDX-License-Identifier: Apache-2.0
# The prebuilt DuckDB: DUCKDB_ROOT/lib/libduckdb.so and DUCKDB_ROOT/include/duckdb.hpp, as cmake/get_duckdb lays them
# out. Gives the target DuckDB::DuckDB and DuckDB_LICENSE (empty when DUCKDB_ROOT has none).
set(DUCKDB_ROOT "${CMAKE_SOURCE_DIR}/build/deps/duckdb" CACHE PATH "Where DuckDB's library and headers are")

# Looked for again on every run: a changed DUCKDB_ROOT must not meet the path of the one before.
unset(DuckDB_INCLUDE_DIR CACHE)
unset(DuckDB_LIBRARY CACHE)
find_path(DuckDB_INCLUDE_DIR duckdb.hpp PATHS "${DUCKDB_ROOT}/include" NO_DEFAULT_PATH)
find_library(DuckDB_LIBRARY duckdb PATHS "${DUCKDB_ROOT}/lib" NO_DEFAULT_PATH)
mark_as_advanced(DuckDB_INCLUDE_DIR DuckDB_LIBRARY)

include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(DuckDB
  REQUIRED_VARS DuckDB_LIBRARY DuckDB_INCLUDE_DIR
  REASON_FAILURE_MESSAGE
  "run cmake/get_duckdb, or point -DDUCKDB_ROOT= at a folder with lib/libduckdb.so and include/duckdb.hpp")

set(DuckDB_LICENSE "")
if(EXISTS "${DUCKDB_ROOT}/LICENSE")
  set(DuckDB_LICENSE "${DUCKDB_ROOT}/LICENSE")
endif()
if(DuckDB_FOUND AND NOT TARGET DuckDB::DuckDB)
  # Imported targets' headers are system headers: their warnings are not ours.
  add_library(DuckDB::DuckDB SHARED IMPORTED)
  set_target_properties(DuckDB::DuckDB PROPERTIES
    IMPORTED_LOCATION "${DuckDB_LIBRARY}"
    INTERFACE_INCLUDE_DIRECTORIES "${DuckDB_INCLUDE_DIR}")
endif()
