// SPDX-License-Identifier: Apache-2.0
// CloudTrail objects {"Records":[…]}: one account and Region and five minutes each, records of 1 to 2 KB in AWS's
// member order that gzip about 8:1 where an object holds some hundred of them. The records come in bursts: one
// principal calling one service some times over, which is what makes real deliveries compress; what does not compress
// are ids, request ids, host ids and the names of what is touched.
// Members: https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html
// (read in April 2026)

#include <array>
#include <vector>

#include "generator/log.h"

namespace otomo::bench {
namespace {

constexpr std::array<std::string_view, 3> kAccounts = {"111122223333", "444455556666", "777788889999"};
constexpr std::array<std::string_view, 4> kRegions = {"us-east-1", "ap-northeast-1", "eu-west-1", "us-west-2"};
constexpr uint64_t kPlaces = kAccounts.size() * kRegions.size();
constexpr uint32_t kPrincipals = 300;
constexpr uint64_t kBurstRecords = 2;

enum class Shape {
  kS3Bucket,
  kS3Object,
  kS3Write,
  kS3List,
  kKmsDecrypt,
  kKmsDataKey,
  kAssumeRole,
  kDescribe,
  kDescribeById,
  kNamed,
  kPolicy,
  kRunInstances,
  kLookupEvents,
  kNoParameters
};

struct Action {
  std::string_view source;
  std::string_view name;
  Shape shape;
  bool read_only;
  uint32_t weight;
};

constexpr std::array kActions = {
    Action{"s3.amazonaws.com", "GetObject", Shape::kS3Object, true, 150},
    Action{"s3.amazonaws.com", "PutObject", Shape::kS3Write, false, 190},
    Action{"s3.amazonaws.com", "HeadObject", Shape::kS3Object, true, 50},
    Action{"s3.amazonaws.com", "ListObjects", Shape::kS3List, true, 30},
    Action{"s3.amazonaws.com", "DeleteObject", Shape::kS3Object, false, 12},
    Action{"s3.amazonaws.com", "GetBucketAcl", Shape::kS3Bucket, true, 110},
    Action{"s3.amazonaws.com", "HeadBucket", Shape::kS3Bucket, true, 20},
    Action{"s3.amazonaws.com", "GetBucketLocation", Shape::kS3Bucket, true, 14},
    Action{"s3.amazonaws.com", "GetBucketPolicy", Shape::kS3Bucket, true, 8},
    Action{"s3.amazonaws.com", "GetBucketVersioning", Shape::kS3Bucket, true, 6},
    Action{"s3.amazonaws.com", "GetBucketPublicAccessBlock", Shape::kS3Bucket, true, 5},
    Action{"kms.amazonaws.com", "Decrypt", Shape::kKmsDecrypt, true, 120},
    Action{"kms.amazonaws.com", "GenerateDataKey", Shape::kKmsDataKey, true, 110},
    Action{"kms.amazonaws.com", "DescribeKey", Shape::kNamed, true, 10},
    Action{"sts.amazonaws.com", "AssumeRole", Shape::kAssumeRole, true, 16},
    Action{"sts.amazonaws.com", "GetCallerIdentity", Shape::kNoParameters, true, 14},
    Action{"ec2.amazonaws.com", "DescribeInstances", Shape::kDescribe, true, 60},
    Action{"ec2.amazonaws.com", "DescribeInstanceStatus", Shape::kDescribeById, true, 20},
    Action{"ec2.amazonaws.com", "DescribeVolumes", Shape::kDescribe, true, 12},
    Action{"ec2.amazonaws.com", "DescribeTags", Shape::kDescribe, true, 12},
    Action{"ec2.amazonaws.com", "DescribeSecurityGroups", Shape::kDescribeById, true, 12},
    Action{"ec2.amazonaws.com", "DescribeSubnets", Shape::kDescribe, true, 8},
    Action{"ec2.amazonaws.com", "DescribeVpcs", Shape::kDescribe, true, 8},
    Action{"ec2.amazonaws.com", "DescribeNetworkInterfaces", Shape::kDescribeById, true, 14},
    Action{"ec2.amazonaws.com", "DescribeRouteTables", Shape::kDescribe, true, 5},
    Action{"ec2.amazonaws.com", "DescribeImages", Shape::kDescribe, true, 5},
    Action{"ec2.amazonaws.com", "DescribeRegions", Shape::kNoParameters, true, 4},
    Action{"ec2.amazonaws.com", "CreateTags", Shape::kDescribeById, false, 4},
    Action{"ec2.amazonaws.com", "RunInstances", Shape::kRunInstances, false, 3},
    Action{"ec2.amazonaws.com", "TerminateInstances", Shape::kDescribeById, false, 2},
    Action{"ec2.amazonaws.com", "AuthorizeSecurityGroupIngress", Shape::kDescribeById, false, 1},
    Action{"iam.amazonaws.com", "GetRole", Shape::kNamed, true, 12},
    Action{"iam.amazonaws.com", "GetPolicyVersion", Shape::kNamed, true, 6},
    Action{"iam.amazonaws.com", "ListRoles", Shape::kNoParameters, true, 4},
    Action{"iam.amazonaws.com", "ListAttachedRolePolicies", Shape::kNamed, true, 6},
    Action{"iam.amazonaws.com", "ListUsers", Shape::kNoParameters, true, 2},
    Action{"iam.amazonaws.com", "PutRolePolicy", Shape::kPolicy, false, 2},
    Action{"iam.amazonaws.com", "CreateAccessKey", Shape::kNamed, false, 1},
    Action{"lambda.amazonaws.com", "Invoke", Shape::kNamed, false, 40},
    Action{"lambda.amazonaws.com", "GetFunction20150331v2", Shape::kNamed, true, 8},
    Action{"lambda.amazonaws.com", "ListFunctions20150331", Shape::kNoParameters, true, 4},
    Action{"lambda.amazonaws.com", "UpdateFunctionCode20150331v2", Shape::kNamed, false, 1},
    Action{"dynamodb.amazonaws.com", "DescribeTable", Shape::kNamed, true, 16},
    Action{"dynamodb.amazonaws.com", "GetItem", Shape::kNamed, true, 30},
    Action{"dynamodb.amazonaws.com", "PutItem", Shape::kNamed, false, 20},
    Action{"dynamodb.amazonaws.com", "Query", Shape::kNamed, true, 12},
    Action{"logs.amazonaws.com", "CreateLogStream", Shape::kNamed, false, 26},
    Action{"logs.amazonaws.com", "DescribeLogGroups", Shape::kNoParameters, true, 8},
    Action{"logs.amazonaws.com", "DescribeLogStreams", Shape::kNamed, true, 6},
    Action{"logs.amazonaws.com", "FilterLogEvents", Shape::kNamed, true, 2},
    Action{"monitoring.amazonaws.com", "DescribeAlarms", Shape::kNoParameters, true, 12},
    Action{"monitoring.amazonaws.com", "GetMetricData", Shape::kNoParameters, true, 8},
    Action{"monitoring.amazonaws.com", "ListMetrics", Shape::kNoParameters, true, 4},
    Action{"secretsmanager.amazonaws.com", "GetSecretValue", Shape::kNamed, true, 14},
    Action{"secretsmanager.amazonaws.com", "ListSecrets", Shape::kNoParameters, true, 1},
    Action{"ssm.amazonaws.com", "GetParameter", Shape::kNamed, true, 14},
    Action{"ssm.amazonaws.com", "UpdateInstanceInformation", Shape::kNamed, false, 24},
    Action{"ssm.amazonaws.com", "SendCommand", Shape::kNamed, false, 1},
    Action{"ecs.amazonaws.com", "DescribeServices", Shape::kNamed, true, 10},
    Action{"ecs.amazonaws.com", "DescribeTasks", Shape::kNamed, true, 8},
    Action{"ecs.amazonaws.com", "RegisterTaskDefinition", Shape::kNamed, false, 1},
    Action{"ecr.amazonaws.com", "GetAuthorizationToken", Shape::kNoParameters, true, 6},
    Action{"ecr.amazonaws.com", "BatchGetImage", Shape::kNamed, true, 6},
    Action{"sqs.amazonaws.com", "GetQueueAttributes", Shape::kNamed, true, 6},
    Action{"sns.amazonaws.com", "ListTopics", Shape::kNoParameters, true, 2},
    Action{"rds.amazonaws.com", "DescribeDBInstances", Shape::kNamed, true, 8},
    Action{"rds.amazonaws.com", "ListTagsForResource", Shape::kNamed, true, 4},
    Action{"elasticloadbalancing.amazonaws.com", "DescribeLoadBalancers", Shape::kNamed, true, 8},
    Action{"elasticloadbalancing.amazonaws.com", "DescribeTargetHealth", Shape::kNamed, true, 14},
    Action{"autoscaling.amazonaws.com", "DescribeAutoScalingGroups", Shape::kNamed, true, 10},
    Action{"eks.amazonaws.com", "DescribeCluster", Shape::kNamed, true, 5},
    Action{"glue.amazonaws.com", "GetTable", Shape::kNamed, true, 12},
    Action{"glue.amazonaws.com", "GetPartitions", Shape::kNamed, true, 6},
    Action{"athena.amazonaws.com", "StartQueryExecution", Shape::kNamed, false, 2},
    Action{"athena.amazonaws.com", "GetQueryExecution", Shape::kNamed, true, 5},
    Action{"config.amazonaws.com", "DescribeConfigRules", Shape::kNoParameters, true, 4},
    Action{"cloudtrail.amazonaws.com", "LookupEvents", Shape::kLookupEvents, true, 3},
    Action{"cloudtrail.amazonaws.com", "DescribeTrails", Shape::kNoParameters, true, 4},
    Action{"cloudtrail.amazonaws.com", "GetTrailStatus", Shape::kNamed, true, 4},
    Action{"guardduty.amazonaws.com", "ListFindings", Shape::kNoParameters, true, 1},
    Action{"organizations.amazonaws.com", "ListAccounts", Shape::kNoParameters, true, 1},
    Action{"route53.amazonaws.com", "ListHostedZones", Shape::kNoParameters, true, 1},
    Action{"cloudformation.amazonaws.com", "DescribeStacks", Shape::kNamed, true, 6},
    Action{"tagging.amazonaws.com", "GetResources", Shape::kNoParameters, true, 3},
    Action{"health.amazonaws.com", "DescribeEventAggregates", Shape::kNoParameters, true, 1},
};

constexpr std::array<std::string_view, 5> kServices = {"cloudtrail.amazonaws.com", "delivery.logs.amazonaws.com",
                                                       "config.amazonaws.com", "autoscaling.amazonaws.com",
                                                       "lambda.amazonaws.com"};

constexpr std::array<std::string_view, 10> kUserAgents = {
    "Boto3/1.34.131 md/Botocore#1.34.131 ua/2.0 os/linux#6.1.90-99.173.amzn2023.x86_64 md/arch#x86_64 "
    "lang/python#3.11.9 md/pyimpl#CPython cfg/retry-mode#legacy Botocore/1.34.131",
    "aws-sdk-go-v2/1.30.3 os/linux lang/go#1.22.5 md/GOOS#linux md/GOARCH#amd64 api/ec2#1.170.0",
    "[aws-cli/2.17.13 md/awscrt#0.20.11 ua/2.0 os/linux#5.15.0-113-generic md/arch#x86_64 lang/python#3.11.9 "
    "md/pyimpl#CPython cfg/retry-mode#standard md/installer#exe md/prompt#off md/command#s3.sync]",
    "APN/1.0 HashiCorp/1.0 Terraform/1.8.5 (+https://www.terraform.io) terraform-provider-aws/5.57.0 "
    "aws-sdk-go-v2/1.30.1 os/linux lang/go#1.22.4 md/GOOS#linux md/GOARCH#arm64",
    "aws-sdk-java/2.25.60 Linux/5.10.219-229.866.amzn2.x86_64 OpenJDK_64-Bit_Server_VM/17.0.11+9-LTS "
    "Java/17.0.11 vendor/Amazon.com_Inc. io/sync http/Apache cfg/retry-mode/standard",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36",
    "aws-sdk-js/3.600.0 ua/2.1 os/linux#5.10.219 lang/js md/nodejs#20.14.0 exec-env/AWS_Lambda_nodejs20.x",
    "console.amazonaws.com",
    "amazon-ssm-agent/3.3.484.0 aws-sdk-go/1.51.2 (go1.22.5; linux; amd64)",
    "Datadog/1.0 aws-sdk-python/1.28 Botocore/1.31.62",
};

constexpr std::array<std::string_view, 12> kWords = {"orders",    "billing", "ingest",  "frontend",
                                                     "analytics", "search",  "payment", "audit",
                                                     "pipeline",  "catalog", "session", "export"};

enum class Kind { kRole, kUser, kService, kRoot };

struct Principal {
  Kind kind;
  std::string name;
  std::string id;          // AROA… or AIDA…
  std::string access_key;  // ASIA… or AKIA…
  std::string session;
  std::string ip;
  std::string_view user_agent;
  std::string_view service;
  uint32_t since_s = 0;  // how long before the event's hour the session began
};

class CloudTrailLog final : public Log {
 public:
  CloudTrailLog() {
    for (const Action& action : kActions) weight_total_ += action.weight;
    for (uint32_t rank = 0; rank < kPrincipals; ++rank) principals_.push_back(make_principal(rank));
  }

  std::string object_key(const Plan& plan, uint64_t file) const override {
    Random random(plan.seed ^ 0xf11e, file);
    const int64_t when = delivery_time(file);
    Text key;
    key.make_room();
    key << "AWSLogs/" << account(file) << "/CloudTrail/" << region(file) << '/';
    key.date(when, '/') << '/' << account(file) << "_CloudTrail_" << region(file) << '_';
    const auto day = Text::day_of(when);
    key.padded(static_cast<uint64_t>(static_cast<int>(day.year())), 4);
    key.padded(static_cast<unsigned>(day.month()), 2).padded(static_cast<unsigned>(day.day()), 2) << 'T';
    key.padded(static_cast<uint64_t>(when % 86400 / 3600), 2).padded(static_cast<uint64_t>(when % 3600 / 60), 2)
        << "Z_";
    key.alnum(random, 16) << ".json";
    return std::string(key.view());
  }

  std::string_view opening() const override { return R"({"Records":[)"; }
  std::string_view separator() const override { return ","; }
  std::string_view closing() const override { return "]}"; }

  void append(const Plan& plan, uint64_t file, uint64_t record, Text& text) const override {
    Random burst(plan.seed ^ 0xb0057, record / kBurstRecords * 65536 + file % kPlaces);
    const Principal principal = with_session(principals_[burst.zipf(kPrincipals)], burst);
    const Action* action = &pick(burst);
    const uint32_t subject = burst.below(1000);
    Random random(plan.seed, record);
    if (random.chance(50)) action = &pick(random);

    const bool service = principal.kind == Kind::kService;
    const bool s3 = action->source == "s3.amazonaws.com";
    const bool data = action->shape == Shape::kS3Object || action->shape == Shape::kS3Write ||
                      action->shape == Shape::kS3List || action->name == "Invoke" || action->name.ends_with("Item");
    const int64_t when = delivery_time(file) - 300 + static_cast<int64_t>(random.below(290));
    Subject names = make_subject(file, subject, random);

    text << R"({"eventVersion":"1.11","userIdentity":)";
    append_identity(principal, file, when, text);
    text << R"(,"eventTime":")";
    text.date(when, '-') << 'T';
    text.time(when, ':') << R"(Z","eventSource":")" << action->source << R"(","eventName":")" << action->name;
    text << R"(","awsRegion":")" << region(file) << R"(","sourceIPAddress":")";
    text << (service ? principal.service : std::string_view(principal.ip)) << R"(","userAgent":")";
    text << (service ? principal.service : principal.user_agent) << '"';
    const bool failed = append_error(principal, *action, file, random, text);
    text << R"(,"requestParameters":)";
    append_request(*action, names, file, random, text);
    text << R"(,"responseElements":)";
    append_response(*action, names, file, when, failed, random, text);
    if (s3) {
      text << R"(,"additionalEventData":{"SignatureVersion":"SigV4","CipherSuite":"TLS_AES_128_GCM_SHA256",)";
      text << R"("bytesTransferredIn":)" << uint64_t{action->shape == Shape::kS3Write ? random.below(100'000) : 0};
      if (action->shape == Shape::kS3Write) text << R"(,"SSEApplied":"SSE_KMS")";
      text << R"(,"AuthenticationMethod":"AuthHeader","x-amz-id-2":")";
      text.base64(random, 75) << R"(=","bytesTransferredOut":)" << uint64_t{random.below(4000)} << '}';
    }
    text << R"(,"requestID":")";
    if (s3) {
      text.upper_alnum(random, 16);
    } else {
      text.uuid(random);
    }
    text << R"(","eventID":")";
    text.uuid(random) << R"(","readOnly":)" << (action->read_only ? "true" : "false");
    append_resources(*action, names, file, text);
    text << R"(,"eventType":"AwsApiCall","managementEvent":)" << (data ? "false" : "true");
    text << R"(,"recipientAccountId":")" << account(file) << '"';
    if (service) {
      text << R"(,"sharedEventID":")";
      text.uuid(random) << '"';
    } else if (s3 && subject % 3 == 0) {
      text << R"(,"vpcEndpointId":"vpce-0a1b2c3d4e5f60718","vpcEndpointAccountId":")" << account(file) << '"';
    }
    text << R"(,"eventCategory":")" << (data ? "Data" : "Management") << '"';
    if (!service) {
      text << R"(,"tlsDetails":{"tlsVersion":"TLSv1.3","cipherSuite":"TLS_AES_128_GCM_SHA256",)";
      text << R"("clientProvidedHostHeader":")";
      if (s3) text << names.bucket << '.';
      text << action->source.substr(0, action->source.find('.')) << '.' << region(file) << R"(.amazonaws.com"})";
    }
    text << '}';
  }

 private:
  // What an event touches.
  struct Subject {
    std::string bucket;
    std::string key;
    std::string name;
    std::string_view kms_key = "85b4ab0e-1f0c-4e5d-9a7b-82137e39764c";
  };

  static std::string_view account(uint64_t file) { return kAccounts[file % kAccounts.size()]; }
  static std::string_view region(uint64_t file) { return kRegions[file / kAccounts.size() % kRegions.size()]; }
  static int64_t delivery_time(uint64_t file) {
    return kFirstSecond + 300 + static_cast<int64_t>(file / kPlaces) * 300;
  }

  const Action& pick(Random& random) const {
    uint32_t left = random.below(weight_total_);
    for (const Action& action : kActions) {
      if (left < action.weight) return action;
      left -= action.weight;
    }
    return kActions[0];
  }

  // The same principal under the temporary key of one of its sessions.
  static Principal with_session(const Principal& principal, Random& random) {
    Principal session = principal;
    if (principal.kind != Kind::kRole) return session;
    Text text;
    text.make_room();
    text << "ASIA";
    text.upper_alnum(random, 16);
    session.access_key = text.view();
    text.clear();
    if (principal.session.starts_with("i-")) {
      text << "i-0";
      text.hex(random, 16);
    } else {
      text << "botocore-session-17723" << uint64_t{10000 + random.below(80000)};
    }
    session.session = text.view();
    text.clear();
    text << "10." << uint64_t{random.below(256)} << '.' << uint64_t{random.below(256)} << '.'
         << uint64_t{random.below(254) + 1};
    session.ip = text.view();
    session.since_s = random.below(3600);
    return session;
  }

  static Subject make_subject(uint64_t file, uint32_t subject, Random& random) {
    Text text;
    text.make_room();
    Subject names;
    text << "acme-" << kWords[subject % kWords.size()] << '-' << region(file);
    names.bucket = text.view();
    text.clear();
    text << kWords[subject % 7] << "/year=2026/month=03/day=";
    text.padded(subject % 28 + 1, 2) << "/part-";
    text.padded(random.below(512), 5) << '-';
    text.hex(random, 16) << ".c000.snappy.parquet";
    names.key = text.view();
    text.clear();
    text << kWords[subject % kWords.size()] << "-service-" << uint64_t{subject % 40} << '-';
    text.hex(random, 8);
    names.name = text.view();
    return names;
  }

  static void append_identity(const Principal& principal, uint64_t file, int64_t when, Text& text) {
    const std::string_view account_id = account(file);
    const auto attributes = [&] {
      text << R"("attributes":{"creationDate":")";
      const int64_t since = when - when % 3600 - int64_t{principal.since_s};
      text.date(since, '-') << 'T';
      text.time(since, ':') << R"(Z","mfaAuthenticated":"false"})";
    };
    switch (principal.kind) {
      case Kind::kService: text << R"({"type":"AWSService","invokedBy":")" << principal.service << R"("})"; return;
      case Kind::kUser:
        text << R"({"type":"IAMUser","principalId":")" << principal.id << R"(","arn":"arn:aws:iam::)" << account_id
             << ":user/" << principal.name << R"(","accountId":")" << account_id << R"(","accessKeyId":")"
             << principal.access_key << R"(","userName":")" << principal.name << R"("})";
        return;
      case Kind::kRoot:
        text << R"({"type":"Root","principalId":")" << account_id << R"(","arn":"arn:aws:iam::)" << account_id
             << R"(:root","accountId":")" << account_id << R"(","accessKeyId":")" << principal.access_key
             << R"(","sessionContext":{"sessionIssuer":{},"webIdFederationData":{},)";
        attributes();
        text << "}}";
        return;
      case Kind::kRole:
        text << R"({"type":"AssumedRole","principalId":")" << principal.id << ':' << principal.session
             << R"(","arn":"arn:aws:sts::)" << account_id << ":assumed-role/" << principal.name << '/'
             << principal.session << R"(","accountId":")" << account_id << R"(","accessKeyId":")"
             << principal.access_key << R"(","sessionContext":{"sessionIssuer":{"type":"Role","principalId":")"
             << principal.id << R"(","arn":"arn:aws:iam::)" << account_id << ":role/" << principal.name
             << R"(","accountId":")" << account_id << R"(","userName":")" << principal.name << R"("},)";
        attributes();
        if (principal.session.starts_with("i-")) text << R"(,"ec2RoleDelivery":"2.0")";
        text << "}}";
        return;
    }
  }

  static bool append_error(const Principal& principal, const Action& action, uint64_t file, Random& random,
                           Text& text) {
    if (!random.chance(4)) return false;
    if (action.source == "s3.amazonaws.com") {
      text << R"(,"errorCode":"AccessDenied","errorMessage":"Access Denied")";
    } else if (action.source == "ec2.amazonaws.com") {
      text << R"(,"errorCode":"Client.UnauthorizedOperation","errorMessage":"You are not authorized to perform this )"
              R"(operation. User: arn:aws:sts::)"
           << account(file) << ":assumed-role/" << principal.name
           << " is not authorized to perform: ec2:" << action.name
           << R"( because no identity-based policy allows the action")";
    } else {
      text << R"(,"errorCode":"ThrottlingException","errorMessage":"Rate exceeded")";
    }
    return true;
  }

  static void append_request(const Action& action, const Subject& names, uint64_t file, Random& random, Text& text) {
    const auto bucket = [&] {
      text << R"({"bucketName":")" << names.bucket << R"(","Host":")" << names.bucket << ".s3." << region(file)
           << R"(.amazonaws.com")";
    };
    switch (action.shape) {
      case Shape::kS3Bucket:
        bucket();
        text << R"(,"acl":""})";
        return;
      case Shape::kS3Object:
        bucket();
        text << R"(,"key":")" << names.key;
        if (random.chance(50)) {
          text << R"(","versionId":")";
          text.alnum(random, 32);
        }
        text << R"("})";
        return;
      case Shape::kS3List:
        bucket();
        text << R"(,"list-type":"2","encoding-type":"url","delimiter":"/","prefix":")"
             << std::string_view(names.key).substr(0, names.key.find("part")) << R"("})";
        return;
      case Shape::kS3Write:
        bucket();
        text << R"(,"x-amz-acl":"bucket-owner-full-control","x-amz-server-side-encryption-aws-kms-key-id":")"
             << "arn:aws:kms:" << region(file) << ':' << account(file) << ":key/" << names.kms_key
             << R"(","x-amz-server-side-encryption":"aws:kms","x-id":"PutObject","key":")" << names.key << R"("})";
        return;
      case Shape::kKmsDecrypt:
      case Shape::kKmsDataKey:
        text << R"({"keyId":"arn:aws:kms:)" << region(file) << ':' << account(file) << ":key/" << names.kms_key
             << R"(","encryptionContext":{"aws:s3:arn":"arn:aws:s3:::)" << names.bucket << '/' << names.key << R"("},)"
             << (action.shape == Shape::kKmsDecrypt ? R"("encryptionAlgorithm":"SYMMETRIC_DEFAULT"})"
                                                    : R"("keySpec":"AES_256"})");
        return;
      case Shape::kAssumeRole:
        text << R"({"roleArn":"arn:aws:iam::)" << account(file) << ":role/" << names.name
             << R"(","roleSessionName":"i-0)";
        text.hex(random, 16) << R"(","durationSeconds":3600})";
        return;
      case Shape::kDescribe:
        text << R"({"maxResults":1000,"filterSet":{"items":[{"name":"instance-state-name","valueSet":{"items":)"
                R"([{"value":"running"},{"value":"pending"}]}},{"name":"tag:Name","valueSet":{"items":[{"value":")"
             << names.name << R"("}]}}]}})";
        return;
      case Shape::kDescribeById:
        text << R"({"instancesSet":{"items":[{"instanceId":"i-0)";
        text.hex(random, 16) << R"("},{"instanceId":"i-0)";
        text.hex(random, 16) << R"("},{"instanceId":"i-0)";
        text.hex(random, 16) << R"("}]},"filterSet":{},"includeAllInstances":false})";
        return;
      case Shape::kNamed:
        text << R"({"name":")" << names.name << R"(","resourceArn":"arn:aws:)"
             << action.source.substr(0, action.source.find('.')) << ':' << region(file) << ':' << account(file) << ':'
             << names.name << R"(","maxResults":)" << uint64_t{random.below(100)} << '}';
        return;
      case Shape::kPolicy:
        text << R"({"roleName":")" << names.name << R"(","policyName":"inline","policyDocument":"{\n  \"Version\": )"
             << R"(\"2012-10-17\",\n  \"Statement\": [\n    {\n      \"Effect\": \"Allow\",\n      \"Action\": [)"
             << R"(\"s3:GetObject\", \"s3:ListBucket\"],\n      \"Resource\": \"arn:aws:s3:::)" << names.bucket
             << R"(/*\"\n    }\n  ]\n}"})";
        return;
      case Shape::kRunInstances:
        text << R"({"instancesSet":{"items":[{"imageId":"ami-0)";
        text.hex(random, 16)
            << R"(","minCount":1,"maxCount":1,"keyName":"ops"}]},"instanceType":"m6i.large","blockDeviceMapping":{},)"
               R"("monitoring":{"enabled":true},"disableApiTermination":false,"clientToken":")";
        text.uuid(random) << R"("})";
        return;
      case Shape::kLookupEvents:
        text
            << R"({"lookupAttributes":[{"attributeKey":"EventName","attributeValue":"ConsoleLogin"}],"maxResults":50})";
        return;
      case Shape::kNoParameters: text << "null"; return;
    }
  }

  static void append_response(const Action& action, const Subject& names, uint64_t file, int64_t when, bool failed,
                              Random& random, Text& text) {
    if (failed) {
      text << "null";
    } else if (action.shape == Shape::kS3Write) {
      text << R"({"x-amz-server-side-encryption-aws-kms-key-id":"arn:aws:kms:)" << region(file) << ':' << account(file)
           << ":key/" << names.kms_key << R"(","x-amz-server-side-encryption":"aws:kms","x-amz-version-id":")";
      text.alnum(random, 32) << R"(","x-amz-expiration":"expiry-date=\")"
                             << R"(Sat, 30 May 2026 00:00:00 GMT\", rule-id=\")" << names.bucket << R"(\""})";
    } else if (action.shape == Shape::kAssumeRole) {
      text << R"({"credentials":{"accessKeyId":"ASIA)";
      text.upper_alnum(random, 16) << R"(","sessionToken":"IQoJb3JpZ2luX2VjE)";
      text.base64(random, 480) << R"(","expiration":")";
      text.date(when + 3600, '-') << ' ';
      text.time(when + 3600, ':') << R"("},"assumedRoleUser":{"assumedRoleId":"AROA)";
      text.upper_alnum(random, 17) << R"(:session","arn":"arn:aws:sts::)" << account(file) << ":assumed-role/"
                                   << names.name << R"(/session"}})";
    } else if (action.shape == Shape::kRunInstances) {
      text << R"({"requestId":")";
      text.uuid(random) << R"(","reservationId":"r-0)";
      text.hex(random, 16) << R"(","ownerId":")" << account(file) << R"(","groupSet":{},"instancesSet":{"items":[)"
                           << R"({"instanceId":"i-0)";
      text.hex(random, 16) << R"(","instanceState":{"code":0,"name":"pending"},"placement":{"availabilityZone":")"
                           << region(file) << R"(a","tenancy":"default"}}]}})";
    } else {
      text << "null";
    }
  }

  static void append_resources(const Action& action, const Subject& names, uint64_t file, Text& text) {
    if (action.source == "kms.amazonaws.com") {
      text << R"(,"resources":[{"accountId":")" << account(file) << R"(","type":"AWS::KMS::Key","ARN":"arn:aws:kms:)"
           << region(file) << ':' << account(file) << ":key/" << names.kms_key << R"("}])";
    } else if (action.source == "s3.amazonaws.com") {
      text << R"(,"resources":[)";
      if (action.shape != Shape::kS3Bucket) {
        text << R"({"type":"AWS::S3::Object","ARN":"arn:aws:s3:::)" << names.bucket << '/' << names.key << R"("},)";
      }
      text << R"({"accountId":")" << account(file) << R"(","type":"AWS::S3::Bucket","ARN":"arn:aws:s3:::)"
           << names.bucket << R"("}])";
    }
  }

  static Principal make_principal(uint32_t rank) {
    Random random(0xace, rank);
    Text text;
    text.make_room();
    const auto take = [&text] {
      std::string taken(text.view());
      text.clear();
      return taken;
    };
    Principal principal;
    principal.kind = rank == 117     ? Kind::kRoot
                     : rank % 5 == 1 ? Kind::kService
                     : rank % 7 == 3 ? Kind::kUser
                                     : Kind::kRole;
    const bool role = principal.kind == Kind::kRole;
    text << kWords[random.below(kWords.size())] << (role ? "-task-role-" : "-ci-") << uint64_t{rank};
    principal.name = take();
    text << (role ? "AROA" : "AIDA");
    text.upper_alnum(random, 17);
    principal.id = take();
    text << (principal.kind == Kind::kUser ? "AKIA" : "ASIA");
    text.upper_alnum(random, 16);
    principal.access_key = take();
    principal.session = rank % 2 == 0 ? "i-" : "botocore-session-";
    text << "10." << uint64_t{random.below(256)} << '.' << uint64_t{random.below(256)} << '.'
         << uint64_t{random.below(254) + 1};
    principal.ip = take();
    principal.user_agent = kUserAgents[random.zipf(kUserAgents.size())];
    principal.service = kServices[random.zipf(kServices.size())];
    return principal;
  }

  std::vector<Principal> principals_;
  uint32_t weight_total_ = 0;
};

}  // namespace

std::unique_ptr<Log> cloudtrail_log() { return std::make_unique<CloudTrailLog>(); }

}  // namespace otomo::bench
