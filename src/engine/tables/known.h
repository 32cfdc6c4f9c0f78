// SPDX-License-Identifier: Apache-2.0
//
// Which tables there are, for whoever does not know their names: SHOW TABLES, and the error of a table that there is
// not.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "engine/session.h"

namespace otomo::engine {

// SQL whose answer is the tables: name, summary. Looks into some of the objects for those that files make.
std::string show_tables_query(Session& session);

// What to do about the table `name`, which there is not: the nearest one, what the objects hold.
std::string missing_table_hint(const Session& session, std::string_view name);

}  // namespace otomo::engine
