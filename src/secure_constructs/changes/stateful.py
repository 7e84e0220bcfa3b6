"""Which resources hold what no deployment can make again."""

from __future__ import annotations

import re

from collections.abc import Mapping
from typing import Any

from secure_constructs.changes.schemas import Schema
from secure_constructs.changes.values import at

# What is lost with a resource of the type.
HELD = {
    "AWS::ACMPCA::CertificateAuthority": "the authority that all its certificates need",
    "AWS::AmazonMQ::Broker": "the messages that are not read yet",
    "AWS::ApiGateway::ApiKey": "the key that clients have",
    "AWS::ApiGateway::RestApi": "its address, which clients know",
    "AWS::ApiGatewayV2::Api": "its address, which clients know",
    "AWS::AppSync::ApiKey": "the key that clients have",
    "AWS::AppSync::GraphQLApi": "its address, which clients know",
    "AWS::APS::Workspace": "its metrics",
    "AWS::Backup::BackupPlan": "the backups that it would make from now on",
    "AWS::Backup::BackupSelection": "the backups of what it selects, from now on",
    "AWS::Backup::BackupVault": "the recovery points in it",
    "AWS::Backup::LogicallyAirGappedBackupVault": "the recovery points in it",
    "AWS::Bedrock::DataSource": "what was read from the source",
    "AWS::Bedrock::KnowledgeBase": "the knowledge that was taken in",
    "AWS::BedrockAgentCore::Memory": "what agents remember",
    "AWS::Cassandra::Keyspace": "the tables in it",
    "AWS::Cassandra::Table": "its rows",
    "AWS::CertificateManager::Certificate": "the certificate that its names need",
    "AWS::CloudFormation::Stack": "whatever is in the nested stack",
    "AWS::CloudFront::Distribution": "its address, which clients know",
    "AWS::CloudFront::KeyValueStore": "its values",
    "AWS::CloudTrail::EventDataStore": "the events in it",
    "AWS::CodeArtifact::Domain": "its repositories and packages",
    "AWS::CodeArtifact::Repository": "its packages",
    "AWS::CodeCommit::Repository": "its commits",
    "AWS::Cognito::IdentityPool": "the identities, and what is kept under their ids",
    "AWS::Cognito::UserPool": "its users with their passwords",
    "AWS::Cognito::UserPoolClient": "the id and secret that apps sign in with",
    "AWS::Cognito::UserPoolDomain": "the address at which users sign in",
    "AWS::Cognito::UserPoolUser": "the user with its password",
    "AWS::Connect::Instance": "its phone numbers, users and recordings",
    "AWS::CustomerProfiles::Domain": "the profiles in it",
    "AWS::DataZone::Domain": "its projects and catalog",
    "AWS::DLM::LifecyclePolicy": "the snapshots that it would make from now on",
    "AWS::DocDB::DBCluster": "its documents and automated backups",
    "AWS::DocDB::DBInstance": "an instance of the cluster, and its endpoint",
    "AWS::DocDBElastic::Cluster": "its documents",
    "AWS::DSQL::Cluster": "its rows",
    "AWS::DynamoDB::GlobalTable": "its items, in every region",
    "AWS::DynamoDB::Table": "its items",
    "AWS::EC2::EIP": "the address that others know",
    "AWS::EC2::Instance": "what is on its disks",
    "AWS::EC2::KeyPair": "the key that opens instances",
    "AWS::EC2::Volume": "what is on it",
    "AWS::ECR::PublicRepository": "its images",
    "AWS::ECR::Repository": "its images",
    "AWS::EFS::FileSystem": "its files",
    "AWS::EKS::Cluster": "what runs in it, and its volumes' claims",
    "AWS::ElastiCache::CacheCluster": "what is cached",
    "AWS::ElastiCache::ReplicationGroup": "what is cached",
    "AWS::ElastiCache::ServerlessCache": "what is cached",
    "AWS::ElasticLoadBalancingV2::LoadBalancer": "its address, which clients know",
    "AWS::Elasticsearch::Domain": "its documents",
    "AWS::Events::Archive": "the events that could be replayed",
    "AWS::EventSchemas::Registry": "the schemas in it",
    "AWS::FinSpace::Environment": "the data in it",
    "AWS::FSx::FileSystem": "its files",
    "AWS::FSx::StorageVirtualMachine": "the volumes in it",
    "AWS::FSx::Volume": "its files",
    "AWS::Glue::Database": "the tables of the catalog in it",
    "AWS::Glue::Registry": "the schemas in it",
    "AWS::Glue::Schema": "its versions",
    "AWS::Glue::Table": "its definition and partitions",
    "AWS::Grafana::Workspace": "its dashboards and users",
    "AWS::HealthImaging::Datastore": "its images",
    "AWS::HealthLake::FHIRDatastore": "its records",
    "AWS::IAM::AccessKey": "the key that clients have",
    "AWS::IoTAnalytics::Channel": "its messages",
    "AWS::IoTAnalytics::Dataset": "its contents",
    "AWS::IoTAnalytics::Datastore": "its messages",
    "AWS::IoTSiteWise::Asset": "its measurements",
    "AWS::IVSChat::Room": "its messages",
    "AWS::Kendra::Index": "its documents",
    "AWS::Kinesis::Stream": "the records that are not read yet",
    "AWS::KinesisAnalyticsV2::Application": "the state of what it computes",
    "AWS::KinesisFirehose::DeliveryStream": "the records that are not delivered yet",
    "AWS::KinesisVideo::Stream": "its video",
    "AWS::KMS::Key": "all that is encrypted with it",
    "AWS::KMS::ReplicaKey": "what is encrypted with it in this region",
    "AWS::Lambda::Url": "its address, which clients know",
    "AWS::Lex::Bot": "its versions and conversations",
    "AWS::Lightsail::Bucket": "its objects",
    "AWS::Lightsail::Database": "its rows",
    "AWS::Lightsail::Disk": "what is on it",
    "AWS::Lightsail::Instance": "what is on its disk",
    "AWS::Location::GeofenceCollection": "its geofences",
    "AWS::Location::Tracker": "its positions",
    "AWS::Logs::LogGroup": "its logs, and what reads them by its name",
    "AWS::Logs::LogStream": "its logs",
    "AWS::MediaPackage::Asset": "its video",
    "AWS::MediaStore::Container": "its objects",
    "AWS::MemoryDB::Cluster": "its data",
    "AWS::MSK::Cluster": "its topics and messages",
    "AWS::MSK::ServerlessCluster": "its topics and messages",
    "AWS::MWAA::Environment": "its runs, connections and variables",
    "AWS::Neptune::DBCluster": "its graph and automated backups",
    "AWS::Neptune::DBInstance": "an instance of the cluster, and its endpoint",
    "AWS::NeptuneGraph::Graph": "its graph",
    "AWS::Omics::ReferenceStore": "its genomes",
    "AWS::Omics::SequenceStore": "its sequences",
    "AWS::OpenSearchServerless::Collection": "its documents",
    "AWS::OpenSearchService::Domain": "its documents",
    "AWS::Organizations::Account": "the account",
    "AWS::Personalize::Dataset": "its records",
    "AWS::Personalize::DatasetGroup": "its datasets",
    "AWS::Pinpoint::App": "its endpoints and segments",
    "AWS::QBusiness::Index": "its documents",
    "AWS::QLDB::Ledger": "its journal",
    "AWS::RDS::DBCluster": "its rows and automated backups",
    "AWS::RDS::DBInstance": "its rows and automated backups",
    "AWS::RDS::GlobalCluster": "the tie between its clusters",
    "AWS::Redshift::Cluster": "its rows",
    "AWS::RedshiftServerless::Namespace": "its rows",
    "AWS::Rekognition::Collection": "its faces",
    "AWS::Route53::HostedZone": "its records and name servers, which others know",
    "AWS::S3::Bucket": "its objects",
    "AWS::S3Express::DirectoryBucket": "its objects",
    "AWS::S3Files::FileSystem": "its files",
    "AWS::S3Outposts::Bucket": "its objects",
    "AWS::S3Tables::Namespace": "the tables in it",
    "AWS::S3Tables::Table": "its rows",
    "AWS::S3Tables::TableBucket": "the tables in it",
    "AWS::S3Vectors::Index": "its vectors",
    "AWS::S3Vectors::VectorBucket": "the indexes and vectors in it",
    "AWS::SageMaker::Domain": "its users' files",
    "AWS::SageMaker::FeatureGroup": "its records",
    "AWS::SageMaker::ModelPackageGroup": "the versions of the model",
    "AWS::SageMaker::NotebookInstance": "what is on its disk",
    "AWS::SDB::Domain": "its items",
    "AWS::SecretsManager::Secret": "its value",
    "AWS::SecurityLake::DataLake": "the logs in it",
    "AWS::SES::EmailIdentity": "the proof of the identity, and its DKIM keys",
    "AWS::SES::MailManagerArchive": "its messages",
    "AWS::SNS::Topic": "its subscriptions, also those of others",
    "AWS::SQS::Queue": "the messages that are not read yet",
    "AWS::SSM::Parameter": "its value, if that was set by hand, and its versions",
    "AWS::Timestream::Database": "the tables in it",
    "AWS::Timestream::InfluxDBCluster": "its measurements",
    "AWS::Timestream::InfluxDBInstance": "its measurements",
    "AWS::Timestream::Table": "its measurements",
    "AWS::Transfer::Server": "its address and host key, which others know",
    "AWS::VerifiedPermissions::PolicyStore": "its policies",
    "AWS::Wisdom::KnowledgeBase": "its contents",
    "AWS::WorkSpaces::Workspace": "what is on its disks",
    "Custom::AWSCDK-EKS-Cluster": "what runs in it, and its volumes' claims",
    "Custom::AWSCDK-EKS-HelmChart": "what it runs, and its volumes' claims",
    "Custom::AWSCDK-EKS-KubernetesResource": "what it runs, and its volumes' claims",
    "Custom::DynamoDBReplica": "its items, in one region",
    "Custom::LogRetention": "how long logs are kept and, if it says so, the group",
}
_INSTANCE = "AWS::RDS::DBInstance"
_CLUSTER = ("Properties", "DBClusterIdentifier")
_STATELESS = {"AWS::AutoScaling::AutoScalingGroup", "AWS::ECS::Gateway"}
# What only a schema of something that holds data has.
_SIGN = re.compile(
    r"DeletionProtection(Enabled)?|TerminationProtection(Enabled)?"
    r"|(DB)?SnapshotIdentifier|SnapshotArns|FinalSnapshotName"
    r"|BackupRetention\w*|PointInTimeRecovery\w*"
)
_UNKNOWN = "whatever it holds: no schema knows the type"
_BY_SIGN = "what its schema lets be protected or restored"
# What CDK makes for its own use: it holds nothing, and what a change of it does is
# said where it does something.
_OF_CDK = {
    "AWS::CDK::Metadata",
    "Custom::AWS",
    "Custom::AWSCDK-EKS-FargateProfile",
    "Custom::AWSCDK-EKS-KubernetesObjectValue",
    "Custom::AWSCDK-EKS-KubernetesPatch",
    "Custom::AWSCDKCfnJson",
    "Custom::AWSCDKCfnJsonStringify",
    "Custom::AWSCDKOpenIdConnectProvider",
    "Custom::CDKBucketDeployment",
    "Custom::CloudwatchLogResourcePolicy",
    "Custom::CrossAccountZoneDelegation",
    "Custom::CrossRegionExportReader",
    "Custom::CrossRegionExportWriter",
    "Custom::CrossRegionStringParameterReader",
    "Custom::DeleteExistingRecordSet",
    "Custom::DescribeCognitoUserPoolClient",
    "Custom::ECRAutoDeleteImages",
    "Custom::ElasticsearchAccessPolicy",
    "Custom::GluePartitionIndex",
    "Custom::OpenSearchAccessPolicy",
    "Custom::S3AutoDeleteObjects",
    "Custom::S3BucketNotifications",
    "Custom::SyntheticsAutoDeleteUnderlyingResources",
    "Custom::Trigger",
    "Custom::UserPoolCloudFrontDomainName",
    "Custom::VpcRestrictDefaultSG",
}


def held_by(
    type_: str, schema: Schema | None, body: Mapping[str, Any] | None = None
) -> str:
    """
    Return what is lost with a resource of *type_*; empty if nothing is.

    Types that only their provider knows may hold anything. Of those of AWS that the
    list does not have, the names of their properties tell. Whether the rows of an
    instance of RDS are in a cluster, its *body* tells.
    """
    if type_ == _INSTANCE and at(body or {}, _CLUSTER) is not None:
        return HELD["AWS::DocDB::DBInstance"]
    if type_ in HELD:
        return HELD[type_]
    if schema is None:
        return "" if type_ in _OF_CDK else _UNKNOWN
    signs = any(map(_SIGN.fullmatch, schema.properties))
    return _BY_SIGN if signs and type_ not in _STATELESS else ""
