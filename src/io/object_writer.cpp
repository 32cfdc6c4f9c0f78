// SPDX-License-Identifier: Apache-2.0
#include "io/object_writer.h"

#include <utility>

#include "aws/s3_upload.h"
#include "io/s3_listing.h"

namespace otomo::io {

namespace {

class S3Writer final : public ObjectWriter {
 public:
  S3Writer(std::shared_ptr<aws::S3Client> client, S3Url url, aws::UploadOptions options)
      : upload_(std::move(client), std::move(url.bucket), std::move(url.key), std::move(options)) {}

  Result<void> check() { return upload_.check(); }
  Result<void> write(std::string_view bytes) override { return upload_.write(bytes); }
  Result<void> finish() override { return upload_.finish(); }
  void discard() override { upload_.abort(); }

 private:
  aws::S3Upload upload_;
};

}  // namespace

Result<std::unique_ptr<ObjectWriter>> open_object_writer(const std::string& url, const S3Settings& s3,
                                                         const S3Surroundings& surroundings,
                                                         const WriteSettings& settings) {
  auto parsed = parse_s3_url(url);
  if (!parsed) return std::unexpected(std::move(parsed.error()));
  if (parsed->key.empty() || parsed->key.ends_with('/')) {
    return usage_error(url + ": an object's name is missing", "for example s3://BUCKET/answers/today.csv");
  }
  auto client = connect_s3(s3, surroundings);
  if (!client) return std::unexpected(std::move(client.error()));
  aws::UploadOptions options;
  options.content_type = settings.content_type;
  if (!settings.overwrite && settings.if_match.empty()) options.if_none_match = std::string(1, '*');
  options.if_match = settings.if_match;
  options.sse = settings.sse;
  options.sse_kms_key_id = settings.sse_kms_key_id;
  auto writer = std::make_unique<S3Writer>(std::move(*client), std::move(*parsed), std::move(options));
  if (auto fine = writer->check(); !fine) return std::unexpected(std::move(fine.error()));
  return writer;
}

}  // namespace otomo::io
