// SPDX-License-Identifier: Apache-2.0
#include "app/source_listing.h"

#include <memory>
#include <utility>

namespace otomo::app {

namespace {

// Objects whose kind would be a surprise go to the listing's unread.
void keep_regular_files(io::Listing& listing) {
  io::ObjectList regular(listing.objects.store());
  io::ObjectCursor cursor(listing.objects);
  while (const io::Object* object = cursor.next()) {
    if (object->modified_us) {
      regular.append(*object);
    } else {
      listing.unread.push_back({ErrorKind::kWorld, object->path + ": no regular file", "", {}});
    }
  }
  listing.objects = std::move(regular);
}

}  // namespace

QuestionSource question_source(const ConfigSource& source, const ConfigFile& file) {
  return {source.name,
          source.paths,
          source.format,
          source.messages,
          source.settings,
          io::MissingPath::kIsUnread,
          file.origin == ConfigOrigin::kFound,
          source.s3,
          {},
          source.inventory};
}

Result<SourcesListing> list_sources(std::span<const QuestionSource> sources, const io::S3Surroundings& surroundings,
                                    const std::string& temp_folder, const io::SourceDated& dated,
                                    const std::function<bool()>& interrupted) {
  const auto store = std::make_shared<io::ObjectStore>(temp_folder);
  std::vector<io::Listing> listings;
  SourcesListing listed;
  std::vector<std::pair<io::S3Settings, std::shared_ptr<aws::S3Client>>>
      clients;  // sources that say the same share one
  for (const QuestionSource& source : sources) {
    const io::S3Connect connect = [&]() -> Result<std::shared_ptr<aws::S3Client>> {
      for (const auto& [settings, client] : clients) {
        if (settings == source.s3) return client;
      }
      auto client = io::connect_s3(source.s3, surroundings);
      if (client) clients.emplace_back(source.s3, *client);
      return client;
    };
    const auto number = static_cast<std::uint16_t>(listings.size());
    const io::Dated dated_here = [&](std::string_view key) { return dated(number, key); };
    std::unique_ptr<Inventory> inventory;
    const io::S3List list = [&](const std::shared_ptr<aws::S3Client>& client,
                                const io::S3Url& url) -> Result<io::ObjectList> {
      const io::Dated wanted = dated ? dated_here : io::Dated();
      if (source.inventory.empty()) return io::list_s3(client, url, store, wanted, interrupted);
      if (inventory == nullptr) {
        auto opened = Inventory::open(source.inventory, source.paths, connect, store, temp_folder);
        if (!opened) return std::unexpected(std::move(opened.error()).while_doing("its inventory"));
        inventory = std::move(*opened);
      }
      return inventory->list(client, url, wanted, interrupted);
    };
    auto listing = io::list_objects(source.paths, source.missing, connect, source.choice, store, list);
    if (!listing) return std::unexpected(listing.error());
    if (source.regular_files_only) keep_regular_files(*listing);
    if (!source.name.empty()) {
      for (Error& error : listing->unread) error = std::move(error).while_doing("source " + source.name);
    }
    listed.sources.push_back(
        {source.name, 0, 0, listing->left_out, inventory == nullptr ? std::nullopt : std::optional(inventory->use())});
    listings.push_back(std::move(*listing));
  }
  io::MergedListing merged = io::merge_listings(std::move(listings));
  if (auto failure = store->failure(); !failure) return std::unexpected(std::move(failure.error()));
  for (std::size_t i = 0; i < sources.size(); ++i) {
    listed.sources[i].objects = merged.objects[i];
    listed.sources[i].repeated = merged.repeated[i];
  }
  listed.listing = std::move(merged.listing);
  return listed;
}

}  // namespace otomo::app
