// SPDX-License-Identifier: Apache-2.0
// otomo-bench-duckdb-peer QUESTION PATH: bench/compare's questions, asked of the same DuckDB library with its own
// read_csv and read_json. PATH is a file, or a folder whose every file is read. Prints CSV without a header.
// otomo-bench-duckdb-peer --sql SQL runs a statement of yours, --version names the library.
//
// Set up as fast as it was seen to go on 2 cores: buffers of 8 MiB where the objects are large (the default of 32 MB
// costs 10 % more) and of 256 KiB where they are small (20 % less than the default); strict_mode stays on (off costs
// 20 % more); the order of the rows is not kept. read_json finds the layout by itself, as a user's would
// (format='unstructured' is no faster); cloudtrail_group_lines tells it that every object is one line, which happens to
// hold for AWS's objects and saves a third.

#include <cstdio>
#include <duckdb.hpp>
#include <exception>
#include <filesystem>
#include <string>

namespace {

const std::string kLargeObjects = "buffer_size=8388608, max_line_size=2097152";
const std::string kSmallObjects = "buffer_size=262144, max_line_size=65536";

// All columns as text, the delimiter a space, quotes around what has spaces. The time of an S3 access line splits in
// two at its space: 28 columns for 27 fields.
std::string read_csv(const std::string& files, const std::string& columns, const std::string& options) {
  return "read_csv('" + files + "', delim=' ', quote='\"', escape='', header=false, auto_detect=false, " + options +
         ", columns={" + columns + "})";
}

std::string text_columns(std::initializer_list<const char*> names) {
  std::string columns;
  for (const char* name : names) {
    columns += columns.empty() ? "" : ", ";
    columns += "'" + std::string(name) + "': 'VARCHAR'";
  }
  return columns;
}

std::string s3_access(const std::string& files, const std::string& options) {
  return read_csv(
      files, text_columns({"bucketowner", "bucket_name",    "requestday",  "requestzone",    "remoteip",   "requester",
                           "requestid",   "operation",      "key",         "request_uri",    "httpstatus", "errorcode",
                           "bytessent",   "objectsize",     "totaltime",   "turnaroundtime", "referrer",   "useragent",
                           "versionid",   "hostid",         "sigv",        "ciphersuite",    "authtype",   "endpoint",
                           "tlsversion",  "accesspointarn", "aclrequired", "sourceregion"}),
      options);
}

// The lines of a file, taken apart by the expression of bench/s3_lines.toml.
std::string s3_lines(const std::string& files) {
  const std::string pattern = R"(^\S+ \S+ \[[^\]]+\] \S+ \S+ \S+ (\S+) \S+ (?:"[^"]*"|-) (\S+) \S+ (\S+) )";
  return "(SELECT regexp_extract(line, '" + pattern + "', ['operation', 'status', 'bytes']) AS fields FROM read_csv('" +
         files + "', delim='\x01', quote='', escape='', header=false, auto_detect=false, " + kLargeObjects +
         ", columns={'line': 'VARCHAR'}))";
}

std::string alb(const std::string& files) {
  return read_csv(files,
                  text_columns({"type",
                                "time",
                                "elb",
                                "client",
                                "target",
                                "request_processing_time",
                                "target_processing_time",
                                "response_processing_time",
                                "elb_status_code",
                                "target_status_code",
                                "received_bytes",
                                "sent_bytes",
                                "request",
                                "user_agent",
                                "ssl_cipher",
                                "ssl_protocol",
                                "target_group_arn",
                                "trace_id",
                                "domain_name",
                                "chosen_cert_arn",
                                "matched_rule_priority",
                                "request_creation_time",
                                "actions_executed",
                                "redirect_url",
                                "lambda_error_reason",
                                "target_port_list",
                                "target_status_code_list",
                                "classification",
                                "classification_reason",
                                "conn_trace_id",
                                "transformed_host",
                                "transformed_uri",
                                "request_transform_status",
                                "ip_address"}),
                  kLargeObjects + ", null_padding=true");
}

std::string alb_connection(const std::string& files) {
  return read_csv(files,
                  text_columns({"time", "client_ip", "client_port", "listener_port", "tls_protocol", "tls_cipher",
                                "tls_handshake_latency", "leaf_client_cert_subject", "leaf_client_cert_validity",
                                "leaf_client_cert_serial_number", "tls_verify_status", "conn_trace_id",
                                "tls_keyexchange", "elb", "ip_address"}),
                  kLargeObjects);
}

std::string clb(const std::string& files) {
  return read_csv(
      files,
      text_columns({"time", "elb_name", "client", "backend", "request_processing_time", "backend_processing_time",
                    "client_response_time", "elb_response_code", "backend_response_code", "received_bytes",
                    "sent_bytes", "request", "user_agent", "ssl_cipher", "ssl_protocol"}),
      kLargeObjects);
}

// Its quotes belong to the field that has some.
std::string nlb(const std::string& files) {
  return "read_csv('" + files + "', delim=' ', quote='', escape='', header=false, auto_detect=false, " + kLargeObjects +
         ", columns={" +
         text_columns({"type",
                       "version",
                       "time",
                       "elb",
                       "listener_id",
                       "client",
                       "target",
                       "tcp_connection_time_ms",
                       "tls_handshake_time_ms",
                       "received_bytes",
                       "sent_bytes",
                       "incoming_tls_alert",
                       "cert_arn",
                       "certificate_serial",
                       "tls_cipher_suite",
                       "tls_protocol_version",
                       "tls_named_group",
                       "domain_name",
                       "alpn_fe_protocol",
                       "alpn_be_protocol",
                       "alpn_client_preference_list",
                       "tls_connection_creation_time"}) +
         "})";
}

// A header line, and no quotes.
std::string vpc_flow(const std::string& files) {
  return "read_csv('" + files + "', delim=' ', quote='', escape='', header=true, auto_detect=false, " + kLargeObjects +
         ", columns={" +
         text_columns({"version", "account_id", "interface_id", "srcaddr", "dstaddr", "srcport", "dstport", "protocol",
                       "packets", "bytes", "start", "end", "action", "log_status"}) +
         "})";
}

// Two header lines, tabs, no quotes.
std::string cloudfront(const std::string& files) {
  return "read_csv('" + files + "', delim='\t', quote='', escape='', header=false, skip=2, auto_detect=false, " +
         kLargeObjects + ", columns={" +
         text_columns({"date",
                       "time",
                       "x_edge_location",
                       "sc_bytes",
                       "c_ip",
                       "cs_method",
                       "cs_host",
                       "cs_uri_stem",
                       "sc_status",
                       "cs_referrer",
                       "cs_user_agent",
                       "cs_uri_query",
                       "cs_cookie",
                       "x_edge_result_type",
                       "x_edge_request_id",
                       "x_host_header",
                       "cs_protocol",
                       "cs_bytes",
                       "time_taken",
                       "x_forwarded_for",
                       "ssl_protocol",
                       "ssl_cipher",
                       "x_edge_response_result_type",
                       "cs_protocol_version",
                       "fle_status",
                       "fle_encrypted_fields",
                       "c_port",
                       "time_to_first_byte",
                       "x_edge_detailed_result_type",
                       "sc_content_type",
                       "sc_content_len",
                       "sc_range_start",
                       "sc_range_end"}) +
         "})";
}

std::string cloudtrail(const std::string& files, const std::string& format) {
  return "(SELECT unnest(Records) AS record FROM read_json('" + files + "', format='" + format +
         "', columns={Records: 'STRUCT(eventSource VARCHAR, eventName VARCHAR)[]'}, maximum_object_size=67108864))";
}

// Every line as it is, taken apart by a regular expression.
std::string syslog(const std::string& files) {
  return "(SELECT regexp_extract(line, '^(\\w{3} +\\d+ [\\d:]+) (\\S+) ([^\\[:]+)(?:\\[(\\d+)\\])?: (.*)$', "
         "['time', 'host', 'program', 'pid', 'message']) AS record FROM read_csv('" +
         files + "', delim=E'\\x01', quote='', escape='', header=false, auto_detect=false, " + kLargeObjects +
         ", columns={'line': 'VARCHAR'}))";
}

// Only what the question needs, which is what read_json is fastest with. The layout is said: one object per line.
std::string read_lines(const std::string& files, const std::string& columns) {
  return "read_json('" + files + "', format='newline_delimited', columns={" + columns + "})";
}

// Every line, too; the lines that continue an event have no time.
std::string cloudwatch_export(const std::string& files) {
  return "SELECT left(event.m, 5), count(*), epoch_ms(min(event.t)::TIMESTAMP), epoch_ms(max(event.t)::TIMESTAMP) FROM "
         "(SELECT regexp_extract(line, '^(\\d{4}-\\d\\d-\\d\\dT[\\d:.]+Z) (.*)$', ['t', 'm']) AS event FROM "
         "read_csv('" +
         files + "', delim=E'\\x01', quote='', escape='', header=false, auto_detect=false, " + kLargeObjects +
         ", columns={'line': 'VARCHAR'})) WHERE event.t <> '' GROUP BY 1";
}

// Objects one after another, without newlines.
std::string cloudwatch_logs(const std::string& files) {
  return "SELECT log_group, count(*), sum(length(event.message)) FROM (SELECT logGroup AS log_group, unnest(logEvents) "
         "AS "
         "event FROM read_json('" +
         files +
         "', format='unstructured', columns={logGroup: 'VARCHAR', "
         "logEvents: 'STRUCT(message VARCHAR)[]'})) GROUP BY 1";
}

std::string s3_group(const std::string& table) {
  return "SELECT operation, httpstatus, count(*), sum(TRY_CAST(bytessent AS BIGINT)) FROM " + table + " GROUP BY 1, 2";
}

std::string cloudtrail_group(const std::string& table) {
  return "SELECT record.eventSource, record.eventName, count(*) FROM " + table + " GROUP BY 1, 2";
}

std::string sql_of(const std::string& question, const std::string& files) {
  if (question == "s3_group") return s3_group(s3_access(files, kLargeObjects));
  if (question == "s3_group_small_files") return s3_group(s3_access(files, kSmallObjects));
  if (question == "s3_denied") {
    return "SELECT count(*) FROM " + s3_access(files, kLargeObjects) + " WHERE errorcode = 'AccessDenied'";
  }
  if (question == "s3_lines") {
    return "SELECT fields.operation, fields.status, count(*), sum(TRY_CAST(fields.bytes AS BIGINT)) FROM " +
           s3_lines(files) + " GROUP BY 1, 2";
  }
  if (question == "cloudtrail_group") return cloudtrail_group(cloudtrail(files, "auto"));
  if (question == "cloudtrail_group_lines") return cloudtrail_group(cloudtrail(files, "newline_delimited"));
  if (question == "alb_group") {
    return "SELECT elb_status_code, count(*), sum(TRY_CAST(sent_bytes AS BIGINT)) FROM " + alb(files) + " GROUP BY 1";
  }
  if (question == "alb_connection") {
    return "SELECT tls_protocol, tls_verify_status, count(*) FROM " + alb_connection(files) + " GROUP BY 1, 2";
  }
  if (question == "clb") {
    return "SELECT elb_response_code, count(*), sum(TRY_CAST(sent_bytes AS BIGINT)) FROM " + clb(files) + " GROUP BY 1";
  }
  if (question == "nlb") {
    return "SELECT tls_protocol_version, count(*), sum(TRY_CAST(sent_bytes AS BIGINT)) FROM " + nlb(files) +
           " GROUP BY 1";
  }
  if (question == "vpc_flow_group") {
    return "SELECT action, count(*), sum(TRY_CAST(bytes AS BIGINT)) FROM " + vpc_flow(files) + " GROUP BY 1";
  }
  if (question == "cloudfront_group") {
    return "SELECT sc_status, x_edge_result_type, count(*), sum(TRY_CAST(sc_bytes AS BIGINT)) FROM " +
           cloudfront(files) + " GROUP BY 1, 2";
  }
  if (question == "syslog_group") {
    return "SELECT record.program, count(*), sum(strlen(record.message)) FROM " + syslog(files) + " GROUP BY 1";
  }
  if (question == "s3_json_group") {
    return "SELECT operation, coalesce(http_status, '-'), count(*), sum(bytes_sent_size) FROM " +
           read_lines(files, "operation: 'VARCHAR', http_status: 'VARCHAR', bytes_sent_size: 'BIGINT'") +
           " GROUP BY 1, 2";
  }
  if (question == "waf_group") {
    return "SELECT action, terminatingRuleId, httpRequest.country, count(*) FROM " +
           read_lines(files,
                      "action: 'VARCHAR', terminatingRuleId: 'VARCHAR', "
                      "httpRequest: 'STRUCT(country VARCHAR)'") +
           " GROUP BY 1, 2, 3";
  }
  if (question == "route53_group") {
    return "SELECT query_type, rcode, count(*), sum(len(answers)) FROM " +
           read_lines(files,
                      "query_type: 'VARCHAR', rcode: 'VARCHAR', "
                      "answers: 'STRUCT(\"Rdata\" VARCHAR, \"Type\" VARCHAR, \"Class\" VARCHAR)[]'") +
           " GROUP BY 1, 2";
  }
  if (question == "cloudwatch_export") return cloudwatch_export(files);
  if (question == "cloudwatch_logs") return cloudwatch_logs(files);
  throw std::runtime_error("no such question: " + question);
}

int run(int argc, char** argv) {
  const std::string first = argc > 1 ? argv[1] : "";
  if (first == "--version") {
    std::printf("%s\n", duckdb::DuckDB::LibraryVersion());
    return 0;
  }
  if (argc != 3) throw std::runtime_error("usage: otomo-bench-duckdb-peer QUESTION PATH | --sql SQL | --version");
  const std::string path = argv[2];
  const std::string files = std::filesystem::is_directory(path) ? path + "/**" : path;

  duckdb::DuckDB database(nullptr);
  duckdb::Connection connection(database);
  connection.Query("SET preserve_insertion_order=false");
  const auto result = connection.Query(first == "--sql" ? path : sql_of(first, files));
  if (result->HasError()) throw std::runtime_error(result->GetError());
  for (size_t row = 0; row < result->RowCount(); ++row) {
    for (size_t column = 0; column < result->ColumnCount(); ++column) {
      const duckdb::Value value = result->GetValue(column, row);
      std::printf("%s%s", column == 0 ? "" : ",", value.IsNull() ? "" : value.ToString().c_str());
    }
    std::printf("\n");
  }
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return run(argc, argv);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "otomo-bench-duckdb-peer: %s\n", error.what());
    return 2;
  }
}
