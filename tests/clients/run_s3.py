#!/usr/bin/env python3
"""S3 as people use it from Python and from the shell: boto3's client, resources, transfers, paginators and presigned
URLs, what its errors say, and `aws s3 cp`, `sync` and `rm`.

Usage: run_s3.py BINARY; `boto3` is the one of the interpreter that runs this, `aws` the one beside it or of the PATH.
Exit status 77 when the client is not on this machine.
"""

import base64
import datetime
import hashlib
import http.client
import io
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import urllib.error
import urllib.parse
import urllib.request
import zlib

from sandbox import Sandbox

SKIPPED = 77
MIB = 1024 * 1024
OREGON = {"LocationConstraint": "us-west-2"}


def expect(code, words, call, status=None, **arguments):
    from botocore.exceptions import ClientError

    try:
        call(**arguments)
    except ClientError as error:
        assert error.response["Error"]["Code"] == code, error.response
        assert words in error.response["Error"]["Message"], error.response
        assert status in (None, error.response["ResponseMetadata"]["HTTPStatusCode"]), error.response
        return error.response
    raise AssertionError(f"{code} was expected")


def make(s3, name):
    s3.create_bucket(Bucket=name, CreateBucketConfiguration=OREGON)
    return name


def bytes_of(size, seed=b"s"):
    block = hashlib.sha256(seed).digest()
    return (block * (size // len(block) + 1))[:size]


def buckets_are_made_and_found(s3, _):
    make(s3, "first-bucket")
    expect("BucketAlreadyOwnedByYou", "you already own it", s3.create_bucket, 409, Bucket="first-bucket",
           CreateBucketConfiguration=OREGON)
    expect("InvalidBucketName", "not valid", s3.create_bucket, 400, Bucket="has.a..dot",
           CreateBucketConfiguration=OREGON)
    expect("IllegalLocationConstraintException", "unspecified location constraint", s3.create_bucket, 400,
           Bucket="elsewhere-bucket")
    assert "first-bucket" in [bucket["Name"] for bucket in s3.list_buckets()["Buckets"]]
    assert s3.get_bucket_location(Bucket="first-bucket")["LocationConstraint"] == "us-west-2"
    region = s3.head_bucket(Bucket="first-bucket")["ResponseMetadata"]["HTTPHeaders"]["x-amz-bucket-region"]
    assert region == "us-west-2", region
    assert expect("404", "Not Found", s3.head_bucket, 404, Bucket="missing-bucket")
    missing = expect("NoSuchBucket", "The specified bucket does not exist", s3.list_objects_v2, 404,
                     Bucket="missing-bucket")
    assert missing["Error"]["BucketName"] == "missing-bucket", missing
    assert missing["ResponseMetadata"]["RequestId"], missing
    s3.put_object(Bucket="first-bucket", Key="k", Body=b"x")
    expect("BucketNotEmpty", "not empty", s3.delete_bucket, 409, Bucket="first-bucket")
    s3.delete_object(Bucket="first-bucket", Key="k")
    s3.delete_bucket(Bucket="first-bucket")
    expect("NoSuchBucket", "", s3.delete_bucket, 404, Bucket="first-bucket")


def objects_are_what_was_put(s3, _):
    bucket = make(s3, "objects-bucket")
    put = s3.put_object(Bucket=bucket, Key="a/b c+d/ü.txt", Body="grüß".encode(), ContentType="text/plain",
                        CacheControl="no-store", ContentDisposition="inline", Metadata={"Color": "blue"},
                        Tagging="team=a&cost=b%20c", StorageClass="STANDARD_IA")
    assert put["ETag"] == '"%s"' % hashlib.md5("grüß".encode()).hexdigest(), put
    assert put["ServerSideEncryption"] == "AES256", put
    got = s3.get_object(Bucket=bucket, Key="a/b c+d/ü.txt")
    assert got["Body"].read() == "grüß".encode()
    assert (got["ContentType"], got["CacheControl"], got["Metadata"], got["TagCount"], got["StorageClass"]) == (
        "text/plain", "no-store", {"color": "blue"}, 2, "STANDARD_IA"), got
    head = s3.head_object(Bucket=bucket, Key="a/b c+d/ü.txt")
    assert head["ContentLength"] == 6 and head["ETag"] == put["ETag"] and head["AcceptRanges"] == "bytes", head
    age = datetime.datetime.now(datetime.timezone.utc) - head["LastModified"]
    assert abs(age) < datetime.timedelta(minutes=1), head
    plain = s3.put_object(Bucket=bucket, Key="/leading//double", Body=b"")
    assert plain["ETag"] == '"d41d8cd98f00b204e9800998ecf8427e"'
    assert s3.get_object(Bucket=bucket, Key="/leading//double")["ContentType"] == "binary/octet-stream"
    for key in ("../../etc/passwd", "..", ".", "a/../b", "\u00e9\U0001f600", "x" * 1024, "folder/", "a?b#c&d=e%20f"):
        s3.put_object(Bucket=bucket, Key=key, Body=key.encode())
        assert s3.get_object(Bucket=bucket, Key=key)["Body"].read() == key.encode(), key
    expect("KeyTooLongError", "too long", s3.put_object, 400, Bucket=bucket, Key="x" * 1025, Body=b"")
    missing = expect("NoSuchKey", "The specified key does not exist.", s3.get_object, 404, Bucket=bucket, Key="nothing")
    assert missing["Error"]["Key"] == "nothing", missing
    expect("404", "Not Found", s3.head_object, 404, Bucket=bucket, Key="nothing")
    s3.delete_object(Bucket=bucket, Key="nothing")
    tags = s3.get_object_tagging(Bucket=bucket, Key="a/b c+d/ü.txt")["TagSet"]
    assert tags == [{"Key": "team", "Value": "a"}, {"Key": "cost", "Value": "b c"}], tags
    s3.put_object_tagging(Bucket=bucket, Key="..", Tagging={"TagSet": [{"Key": "k", "Value": "v"}]})
    assert s3.get_object_tagging(Bucket=bucket, Key="..")["TagSet"] == [{"Key": "k", "Value": "v"}]
    expect("InvalidTag", "same key", s3.put_object_tagging, 400, Bucket=bucket, Key="..",
           Tagging={"TagSet": [{"Key": "k", "Value": "v"}] * 2})
    expect("InvalidStorageClass", "not valid", s3.put_object, 400, Bucket=bucket, Key="k", StorageClass="COLD")
    expect("MetadataTooLarge", "exceed", s3.put_object, 400, Bucket=bucket, Key="k", Metadata={"m": "x" * 2100})


def ranges_and_conditions_hold(s3, _):
    bucket = make(s3, "ranges-bucket")
    body = bytes_of(200_000)
    etag = s3.put_object(Bucket=bucket, Key="k", Body=body)["ETag"]
    for text, part, shown in (("bytes=0-9", body[:10], "0-9"), ("bytes=199990-", body[-10:], "199990-199999"),
                              ("bytes=-5", body[-5:], "199995-199999"), ("bytes=100-999999", body[100:], "100-199999")):
        got = s3.get_object(Bucket=bucket, Key="k", Range=text)
        assert got["Body"].read() == part and got["ContentRange"] == f"bytes {shown}/200000", text
        assert got["ResponseMetadata"]["HTTPStatusCode"] == 206
    error = expect("InvalidRange", "not satisfiable", s3.get_object, 416, Bucket=bucket, Key="k", Range="bytes=200000-")
    assert error["Error"]["ActualObjectSize"] == "200000", error
    assert s3.get_object(Bucket=bucket, Key="k", Range="lines=1-2")["ContentLength"] == 200_000
    expect("PreconditionFailed", "did not hold", s3.get_object, 412, Bucket=bucket, Key="k", IfMatch='"other"')
    expect("304", "Not Modified", s3.get_object, 304, Bucket=bucket, Key="k", IfNoneMatch=etag)
    modified = s3.head_object(Bucket=bucket, Key="k")["LastModified"]
    expect("304", "Not Modified", s3.get_object, 304, Bucket=bucket, Key="k", IfModifiedSince=modified)
    expect("PreconditionFailed", "", s3.get_object, 412, Bucket=bucket, Key="k",
           IfUnmodifiedSince=modified - datetime.timedelta(hours=1))
    if "IfNoneMatch" not in s3.meta.service_model.operation_model("PutObject").input_shape.members:
        return  # an older client
    expect("PreconditionFailed", "", s3.put_object, 412, Bucket=bucket, Key="k", Body=b"", IfNoneMatch="*")
    expect("PreconditionFailed", "", s3.put_object, 412, Bucket=bucket, Key="k", Body=b"", IfMatch='"other"')
    s3.put_object(Bucket=bucket, Key="k", Body=b"second", IfMatch=etag)
    s3.put_object(Bucket=bucket, Key="once", Body=b"1", IfNoneMatch="*")


def checksums_are_checked(s3, _):
    bucket = make(s3, "checksum-bucket")
    body = b"123456789"
    # Their check values: https://reveng.sourceforge.io/crc-catalogue/all.htm and FIPS 180-4.
    known = {"CRC32": bytes.fromhex("cbf43926"), "CRC32C": bytes.fromhex("e3069283"),
             "CRC64NVME": bytes.fromhex("ae8b14860a799888"), "SHA1": hashlib.sha1(body).digest(),
             "SHA256": hashlib.sha256(body).digest()}
    members = s3.meta.service_model.operation_model("PutObject").input_shape.members
    for name, digest in known.items():
        if f"Checksum{name}" not in members:
            continue  # an older client
        value = base64.b64encode(digest).decode()
        put = s3.put_object(Bucket=bucket, Key=name, Body=body, **{f"Checksum{name}": value})
        assert put[f"Checksum{name}"] == value, put
        head = s3.head_object(Bucket=bucket, Key=name, ChecksumMode="ENABLED")
        assert head[f"Checksum{name}"] == value, head
        shown = head["ResponseMetadata"]["HTTPHeaders"]["x-amz-checksum-type"]
        assert shown == "FULL_OBJECT", head
        bad = base64.b64encode(bytes(len(digest))).decode()
        expect("BadDigest", f"The {name} you specified did not match", s3.put_object, 400, Bucket=bucket, Key="bad",
               Body=body, **{f"Checksum{name}": bad})
    expect("InvalidDigest", "Content-MD5 you specified was invalid", s3.put_object, 400, Bucket=bucket, Key="bad",
           Body=body, ContentMD5="no")
    expect("BadDigest", "Content-MD5", s3.put_object, 400, Bucket=bucket, Key="bad", Body=body,
           ContentMD5=base64.b64encode(bytes(16)).decode())
    expect("404", "", s3.head_object, 404, Bucket=bucket, Key="bad")
    # With trailers, which is how streams of unknown content are sent.
    s3.put_object(Bucket=bucket, Key="stream", Body=io.BytesIO(bytes_of(300_000)), ChecksumAlgorithm="CRC32")
    assert s3.get_object(Bucket=bucket, Key="stream", ChecksumMode="ENABLED")["Body"].read() == bytes_of(300_000)
    parts = s3.get_object_attributes(Bucket=bucket, Key="CRC32", ObjectAttributes=["ETag", "Checksum", "ObjectSize"])
    assert parts["Checksum"]["ChecksumCRC32"] == "y/Q5Jg==" and parts["ObjectSize"] == 9, parts


def lists_have_pages_and_prefixes(s3, _):
    bucket = make(s3, "lists-bucket")
    keys = sorted([f"a/{n:03}" for n in range(25)] + [f"b/c/{n}" for n in range(5)] + ["b/d", "top", "ü", "z z"])
    for key in keys:
        s3.put_object(Bucket=bucket, Key=key, Body=key.encode())
    for operation, size in (("list_objects_v2", "MaxKeys"), ("list_objects", "MaxKeys")):
        pages = list(s3.get_paginator(operation).paginate(Bucket=bucket, PaginationConfig={"PageSize": 7}))
        assert [row["Key"] for page in pages for row in page["Contents"]] == keys, operation
        assert len(pages) == 5
        pages = list(s3.get_paginator(operation).paginate(Bucket=bucket, Delimiter="/",
                                                          PaginationConfig={"PageSize": 2}))
        rows = [row["Key"] for page in pages for row in page.get("Contents", [])]
        prefixes = [row["Prefix"] for page in pages for row in page.get("CommonPrefixes", [])]
        assert (rows, prefixes) == (["top", "z z", "ü"], ["a/", "b/"]), (rows, prefixes)
    inner = s3.list_objects_v2(Bucket=bucket, Delimiter="/", Prefix="b/")
    assert [row["Prefix"] for row in inner["CommonPrefixes"]] == ["b/c/"] and inner["KeyCount"] == 2, inner
    assert s3.list_objects_v2(Bucket=bucket, StartAfter="top")["Contents"][0]["Key"] == "z z"
    assert "Contents" not in s3.list_objects_v2(Bucket=bucket, Prefix="nothing/")
    assert s3.list_objects_v2(Bucket=bucket, MaxKeys=0)["KeyCount"] == 0
    expect("InvalidArgument", "continuation token", s3.list_objects_v2, 400, Bucket=bucket, ContinuationToken="!!")
    gone = s3.delete_objects(Bucket=bucket, Delete={"Objects": [{"Key": key} for key in keys + ["never"]]})
    assert len(gone["Deleted"]) == len(keys) + 1 and "Errors" not in gone, gone
    assert s3.list_objects_v2(Bucket=bucket)["KeyCount"] == 0


def copies_share_nothing_that_changes(s3, _):
    bucket, other = make(s3, "copies-bucket"), make(s3, "copies-other")
    s3.put_object(Bucket=bucket, Key="from me+ü", Body=bytes_of(100_000), Metadata={"a": "1"}, ContentType="text/x")
    s3.copy_object(Bucket=other, Key="to", CopySource={"Bucket": bucket, "Key": "from me+ü"})
    s3.put_object(Bucket=bucket, Key="from me+ü", Body=b"changed")
    s3.delete_object(Bucket=bucket, Key="from me+ü")
    got = s3.get_object(Bucket=other, Key="to")
    assert got["Body"].read() == bytes_of(100_000) and got["Metadata"] == {"a": "1"} and got["ContentType"] == "text/x"
    s3.copy_object(Bucket=other, Key="to", CopySource=f"{other}/to", MetadataDirective="REPLACE", Metadata={"b": "2"})
    got = s3.get_object(Bucket=other, Key="to")
    assert got["Metadata"] == {"b": "2"} and got["ContentType"] == "binary/octet-stream", got
    expect("InvalidRequest", "copy an object to itself", s3.copy_object, 400, Bucket=other, Key="to",
           CopySource=f"{other}/to")
    expect("NoSuchKey", "", s3.copy_object, 404, Bucket=other, Key="to", CopySource=f"{bucket}/nothing")
    expect("NoSuchBucket", "", s3.copy_object, 404, Bucket=other, Key="to", CopySource="missing-bucket/nothing")
    expect("PreconditionFailed", "", s3.copy_object, 412, Bucket=other, Key="x", CopySource=f"{other}/to",
           CopySourceIfMatch="no")


def uploads_come_in_parts(s3, _):
    from boto3.s3.transfer import TransferConfig

    bucket = make(s3, "uploads-bucket")
    body = bytes_of(12 * MIB + 5)
    s3.upload_fileobj(io.BytesIO(body), bucket, "big", Config=TransferConfig(multipart_threshold=5 * MIB,
                                                                            multipart_chunksize=5 * MIB))
    got = io.BytesIO()
    s3.download_fileobj(bucket, "big", got)
    assert got.getvalue() == body
    head = s3.head_object(Bucket=bucket, Key="big", PartNumber=3)
    assert head["PartsCount"] == 3 and head["ContentLength"] == 2 * MIB + 5, head
    digests = b"".join(hashlib.md5(body[at:at + 5 * MIB]).digest() for at in range(0, len(body), 5 * MIB))
    assert head["ETag"] == f'"{hashlib.md5(digests).hexdigest()}-3"', head

    asked = s3.meta.service_model.operation_model("CreateMultipartUpload").input_shape.members
    checked = {"ChecksumAlgorithm": "CRC32", "ChecksumType": "FULL_OBJECT"} if "ChecksumType" in asked else {}
    upload = s3.create_multipart_upload(Bucket=bucket, Key="by-hand", **checked)["UploadId"]
    of = {"Bucket": bucket, "Key": "by-hand", "UploadId": upload}
    expect("InvalidArgument", "between 1 and 10000", s3.upload_part, 400, **of, PartNumber=0, Body=b"")
    expect("NoSuchUpload", "does not exist", s3.upload_part, 404, **{**of, "UploadId": "no"}, PartNumber=1, Body=b"")
    parts = [{"PartNumber": number, "ETag": s3.upload_part(**of, PartNumber=number, Body=part)["ETag"]}
             for number, part in ((1, body[:5 * MIB]), (2, body[5 * MIB:10 * MIB]), (3, b"end"))]
    listed = s3.list_parts(**of, MaxParts=2)
    assert [part["Size"] for part in listed["Parts"]] == [5 * MIB] * 2 and listed["IsTruncated"], listed
    assert [row["Key"] for row in s3.list_multipart_uploads(Bucket=bucket)["Uploads"]] == ["by-hand"]
    expect("InvalidPartOrder", "ascending order", s3.complete_multipart_upload, 400, **of,
           MultipartUpload={"Parts": parts[::-1]})
    expect("InvalidPart", "could not be found", s3.complete_multipart_upload, 400, **of,
           MultipartUpload={"Parts": [{"PartNumber": 7, "ETag": "x"}]})
    done = s3.complete_multipart_upload(**of, MultipartUpload={"Parts": parts})
    whole = body[:10 * MIB] + b"end"
    if checked:
        assert done["ChecksumCRC32"] == base64.b64encode(zlib.crc32(whole).to_bytes(4, "big")).decode(), done
    assert s3.get_object(Bucket=bucket, Key="by-hand")["Body"].read() == whole
    assert s3.get_object(Bucket=bucket, Key="by-hand", PartNumber=3)["Body"].read() == b"end"
    expect("NoSuchUpload", "", s3.list_parts, 404, **of)

    upload = s3.create_multipart_upload(Bucket=bucket, Key="given-up")["UploadId"]
    of = {"Bucket": bucket, "Key": "given-up", "UploadId": upload}
    small = [{"PartNumber": number, "ETag": s3.upload_part(**of, PartNumber=number, Body=b"small")["ETag"]}
             for number in (1, 2)]
    expect("EntityTooSmall", "smaller than the minimum", s3.complete_multipart_upload, 400, **of,
           MultipartUpload={"Parts": small})
    copied = s3.upload_part_copy(**of, PartNumber=1, CopySource=f"{bucket}/big",
                                 CopySourceRange=f"bytes=0-{5 * MIB - 1}")
    done = s3.complete_multipart_upload(**of, MultipartUpload={"Parts": [
        {"PartNumber": 1, "ETag": copied["CopyPartResult"]["ETag"]}, small[1]]})
    assert s3.get_object(Bucket=bucket, Key="given-up")["Body"].read() == body[:5 * MIB] + b"small"
    upload = s3.create_multipart_upload(Bucket=bucket, Key="aborted")["UploadId"]
    s3.upload_part(Bucket=bucket, Key="aborted", UploadId=upload, PartNumber=1, Body=bytes_of(MIB))
    s3.abort_multipart_upload(Bucket=bucket, Key="aborted", UploadId=upload)
    assert "Uploads" not in s3.list_multipart_uploads(Bucket=bucket)


def versions_are_kept(s3, _):
    bucket = make(s3, "versions-bucket")
    s3.put_object(Bucket=bucket, Key="k", Body=b"before")
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    first = s3.put_object(Bucket=bucket, Key="k", Body=b"one")["VersionId"]
    second = s3.put_object(Bucket=bucket, Key="k", Body=b"two")["VersionId"]
    assert s3.get_object(Bucket=bucket, Key="k")["Body"].read() == b"two"
    assert s3.get_object(Bucket=bucket, Key="k", VersionId=first)["Body"].read() == b"one"
    assert s3.get_object(Bucket=bucket, Key="k", VersionId="null")["Body"].read() == b"before"
    marker = s3.delete_object(Bucket=bucket, Key="k")
    assert marker["DeleteMarker"] and marker["VersionId"], marker
    expect("NoSuchKey", "", s3.get_object, 404, Bucket=bucket, Key="k")
    expect("MethodNotAllowed", "not allowed", s3.get_object, 405, Bucket=bucket, Key="k", VersionId=marker["VersionId"])
    listed = s3.list_object_versions(Bucket=bucket)
    assert [row["VersionId"] for row in listed["Versions"]] == [second, first, "null"], listed
    assert [row["IsLatest"] for row in listed["DeleteMarkers"]] == [True], listed
    pages = list(s3.get_paginator("list_object_versions").paginate(Bucket=bucket, PaginationConfig={"PageSize": 1}))
    assert len(pages) == 4, pages
    s3.delete_object(Bucket=bucket, Key="k", VersionId=marker["VersionId"])
    assert s3.get_object(Bucket=bucket, Key="k")["VersionId"] == second
    s3.delete_object(Bucket=bucket, Key="k", VersionId=second)
    assert s3.get_object(Bucket=bucket, Key="k")["Body"].read() == b"one"
    expect("NoSuchVersion", "does not exist", s3.get_object, 404, Bucket=bucket, Key="k", VersionId="A" * 32)
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Suspended"})
    s3.put_object(Bucket=bucket, Key="k", Body=b"null again")
    assert [row["VersionId"] for row in s3.list_object_versions(Bucket=bucket)["Versions"]] == ["null", first]
    expect("BucketNotEmpty", "delete all versions", s3.delete_bucket, 409, Bucket=bucket)


def configurations_are_kept(s3, _):
    bucket = make(s3, "settings-bucket")
    expect("NoSuchTagSet", "does not exist", s3.get_bucket_tagging, 404, Bucket=bucket)
    expect("NoSuchCORSConfiguration", "does not exist", s3.get_bucket_cors, 404, Bucket=bucket)
    expect("NoSuchBucketPolicy", "does not exist", s3.get_bucket_policy, 404, Bucket=bucket)
    expect("NoSuchLifecycleConfiguration", "", s3.get_bucket_lifecycle_configuration, 404, Bucket=bucket)
    expect("NoSuchWebsiteConfiguration", "", s3.get_bucket_website, 404, Bucket=bucket)
    assert s3.get_public_access_block(Bucket=bucket)["PublicAccessBlockConfiguration"]["BlockPublicAcls"]
    rules = s3.get_bucket_encryption(Bucket=bucket)["ServerSideEncryptionConfiguration"]["Rules"]
    assert rules[0]["ApplyServerSideEncryptionByDefault"] == {"SSEAlgorithm": "AES256"}, rules
    s3.put_bucket_tagging(Bucket=bucket, Tagging={"TagSet": [{"Key": "k", "Value": "v"}]})
    assert s3.get_bucket_tagging(Bucket=bucket)["TagSet"] == [{"Key": "k", "Value": "v"}]
    policy = ('{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":"s3:GetObject",'
              '"Resource":"arn:aws:s3:::settings-bucket/*"}]}')
    s3.put_bucket_policy(Bucket=bucket, Policy=policy)
    assert s3.get_bucket_policy(Bucket=bucket)["Policy"] == policy
    assert s3.get_bucket_policy_status(Bucket=bucket)["PolicyStatus"]["IsPublic"] is True
    expect("MalformedPolicy", "", s3.put_bucket_policy, 400, Bucket=bucket, Policy="{")
    lifecycle = {"Rules": [{"ID": "old", "Status": "Enabled", "Filter": {"Prefix": "logs/"},
                            "Expiration": {"Days": 30}}]}
    s3.put_bucket_lifecycle_configuration(Bucket=bucket, LifecycleConfiguration=lifecycle)
    assert s3.get_bucket_lifecycle_configuration(Bucket=bucket)["Rules"] == lifecycle["Rules"]
    s3.delete_bucket_lifecycle(Bucket=bucket)
    expect("NoSuchLifecycleConfiguration", "", s3.get_bucket_lifecycle_configuration, 404, Bucket=bucket)
    s3.put_bucket_website(Bucket=bucket, WebsiteConfiguration={"IndexDocument": {"Suffix": "index.html"}})
    assert s3.get_bucket_website(Bucket=bucket)["IndexDocument"] == {"Suffix": "index.html"}
    s3.delete_public_access_block(Bucket=bucket)
    expect("NoSuchPublicAccessBlockConfiguration", "", s3.get_public_access_block, 404, Bucket=bucket)
    assert s3.get_bucket_acl(Bucket=bucket)["Grants"][0]["Permission"] == "FULL_CONTROL"
    s3.put_bucket_acl(Bucket=bucket, ACL="private")


def pages_of_other_origins_are_let_in_by_rule(s3, sandbox):
    bucket = make(s3, "pages-bucket")
    s3.put_object(Bucket=bucket, Key="k", Body=b"x")
    expect("InvalidRequest", "Unsupported method is FETCH", s3.put_bucket_cors, 400, Bucket=bucket,
           CORSConfiguration={"CORSRules": [{"AllowedMethods": ["FETCH"], "AllowedOrigins": ["*"]}]})
    s3.put_bucket_cors(Bucket=bucket, CORSConfiguration={"CORSRules": [
        {"AllowedMethods": ["GET"], "AllowedOrigins": ["http://*.example.test"], "AllowedHeaders": ["x-*"],
         "MaxAgeSeconds": 60}]})
    origin = {"Origin": "http://app.example.test"}
    with urllib.request.urlopen(urllib.request.Request(f"{sandbox.endpoint}/{bucket}/k", headers=origin)) as answer:
        assert answer.headers["Access-Control-Allow-Origin"] == "http://app.example.test", answer.headers
    asked = {**origin, "Access-Control-Request-Method": "GET", "Access-Control-Request-Headers": "x-a"}
    request = urllib.request.Request(f"{sandbox.endpoint}/{bucket}/k", headers=asked, method="OPTIONS")
    with urllib.request.urlopen(request) as answer:
        assert answer.headers["Access-Control-Max-Age"] == "60", answer.headers
    request.add_header("Access-Control-Request-Method", "PUT")
    try:
        urllib.request.urlopen(request)
        raise AssertionError("a PUT was let in")
    except urllib.error.HTTPError as error:
        assert error.code == 403 and "AccessForbidden" in error.read().decode()


def presigned_urls_work_until_they_end(s3, sandbox):
    bucket = make(s3, "links-bucket")
    s3.put_object(Bucket=bucket, Key="a b", Body=b"linked")
    url = s3.generate_presigned_url("get_object", {"Bucket": bucket, "Key": "a b",
                                                   "ResponseContentType": "text/csv"}, ExpiresIn=600)
    with urllib.request.urlopen(url) as answer:
        assert answer.read() == b"linked" and answer.headers["Content-Type"] == "text/csv"
    put = s3.generate_presigned_url("put_object", {"Bucket": bucket, "Key": "put"}, ExpiresIn=600)
    with urllib.request.urlopen(urllib.request.Request(put, b"by link", method="PUT")):
        pass
    assert s3.get_object(Bucket=bucket, Key="put")["Body"].read() == b"by link"
    sandbox.post("/_loopgate/clock", {"advance": "11m"})
    try:
        urllib.request.urlopen(url)
        raise AssertionError("the link has no end")
    except urllib.error.HTTPError as error:
        assert error.code == 403 and "Request has expired" in error.read().decode()


def hosts_name_buckets(s3, sandbox):
    bucket = make(s3, "hosts-bucket")
    s3.put_object(Bucket=bucket, Key="k/1", Body=b"by host")
    host = sandbox.endpoint.removeprefix("http://")
    port = host.rsplit(":", 1)[1]
    for name in (f"{bucket}.localhost:{port}", f"{bucket}.s3.localhost:{port}",
                 f"{bucket}.s3.us-west-2.localhost:{port}"):
        connection = http.client.HTTPConnection(host)
        connection.request("GET", "/k/1", headers={"Host": name})
        answer = connection.getresponse()
        assert (answer.status, answer.read()) == (200, b"by host"), name
        connection.request("GET", "/?list-type=2", headers={"Host": name})
        assert b"<Key>k/1</Key>" in connection.getresponse().read(), name
        connection.close()


def received(queues, url):
    """The bodies of what is in a queue, and it is gone."""
    bodies = []
    while messages := queues.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages"):
        for message in messages:
            bodies.append(json.loads(message["Body"]))
            queues.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
    return bodies


def queues_are_told(s3, sandbox):
    queues = sandbox.client("sqs")
    bucket = make(s3, "telling-bucket")
    url = queues.create_queue(QueueName="told")["QueueUrl"]
    arn = "arn:aws:sqs:us-west-2:123456789012:told"
    asked = {"QueueConfigurations": [
        {"Id": "images", "QueueArn": arn, "Events": ["s3:ObjectCreated:*"],
         "Filter": {"Key": {"FilterRules": [{"Name": "prefix", "Value": "in/"}, {"Name": "suffix", "Value": ".png"}]}}},
        {"Id": "gone", "QueueArn": arn, "Events": ["s3:ObjectRemoved:*", "s3:LifecycleExpiration:*"]}]}
    put = {"Bucket": bucket, "NotificationConfiguration": asked}
    expect("InvalidArgument", "Unable to validate", s3.put_bucket_notification_configuration, 400, **put)
    policy = {"Version": "2012-10-17", "Statement": [{
        "Effect": "Allow", "Principal": {"Service": "s3.amazonaws.com"}, "Action": "sqs:SendMessage", "Resource": arn,
        "Condition": {"ArnLike": {"aws:SourceArn": f"arn:aws:s3:::{bucket}"},
                      "StringEquals": {"aws:SourceAccount": "123456789012"}}}]}
    queues.set_queue_attributes(QueueUrl=url, Attributes={"Policy": json.dumps(policy)})
    s3.put_bucket_notification_configuration(**put)
    kept = s3.get_bucket_notification_configuration(Bucket=bucket)["QueueConfigurations"]
    assert kept == asked["QueueConfigurations"], kept
    (test,) = received(queues, url)
    assert test["Event"] == "s3:TestEvent" and test["Bucket"] == bucket, test
    s3.put_object(Bucket=bucket, Key="in/a b+c.png", Body=b"12345")
    s3.put_object(Bucket=bucket, Key="in/other.txt", Body=b"")
    s3.copy_object(Bucket=bucket, Key="in/copy.png", CopySource=f"{bucket}/in/other.txt")
    s3.delete_object(Bucket=bucket, Key="in/other.txt")
    told = [body["Records"][0] for body in received(queues, url)]
    names = [record["eventName"] for record in told]
    assert names == ["ObjectCreated:Put", "ObjectCreated:Copy", "ObjectRemoved:Delete"], names
    assert told[0]["s3"]["object"]["key"] == "in/a+b%2Bc.png" and told[0]["s3"]["object"]["size"] == 5, told[0]
    assert told[0]["s3"]["configurationId"] == "images" and told[0]["awsRegion"] == "us-west-2", told[0]
    assert "eTag" not in told[2]["s3"]["object"], told[2]
    asked["QueueConfigurations"][1]["Events"] = ["s3:ObjectCreated:Put"]
    expect("InvalidArgument", "overlap", s3.put_bucket_notification_configuration, 400, **put)
    asked["QueueConfigurations"][1]["Events"] = ["s3:ObjectEaten"]
    expect("InvalidArgument", "not supported", s3.put_bucket_notification_configuration, 400, **put)
    s3.put_bucket_lifecycle_configuration(Bucket=bucket, LifecycleConfiguration={"Rules": [
        {"ID": "short", "Status": "Enabled", "Filter": {"Prefix": "in/"}, "Expiration": {"Days": 1}}]})
    sandbox.post("/_loopgate/clock", {"advance": "72h"})
    told = [body["Records"][0] for body in received(queues, url)]
    assert [record["eventName"] for record in told] == ["LifecycleExpiration:Delete"] * 2, told
    assert s3.list_objects_v2(Bucket=bucket)["KeyCount"] == 0


def objects_grow_old_by_the_clock(s3, sandbox):
    bucket = make(s3, "aging-bucket")
    # From one in the morning on, whenever this runs.
    s3.put_object(Bucket=bucket, Key="now", Body=b"")
    now = s3.head_object(Bucket=bucket, Key="now")["LastModified"]
    to_midnight = 86_400 - (now.hour * 3600 + now.minute * 60 + now.second)
    sandbox.post("/_loopgate/clock", {"advance": f"{to_midnight + 3600}s"})
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    for body in (b"1", b"2", b"3"):
        s3.put_object(Bucket=bucket, Key="kept", Body=body)
    s3.put_object(Bucket=bucket, Key="tagged", Body=b"x", Tagging="temp=yes")
    upload = s3.create_multipart_upload(Bucket=bucket, Key="never")
    assert upload["UploadId"]
    s3.put_bucket_lifecycle_configuration(Bucket=bucket, LifecycleConfiguration={"Rules": [
        {"ID": "old", "Status": "Enabled", "Filter": {"Prefix": ""},
         "NoncurrentVersionExpiration": {"NoncurrentDays": 3}},
        {"ID": "temp", "Status": "Enabled", "Filter": {"Tag": {"Key": "temp", "Value": "yes"}},
         "Expiration": {"Days": 2}},
        {"ID": "cold", "Status": "Enabled", "Filter": {"Prefix": "kept"},
         "Transitions": [{"Days": 30, "StorageClass": "STANDARD_IA"}]},
        {"ID": "off", "Status": "Disabled", "Filter": {"Prefix": ""}, "Expiration": {"Days": 1}},
        {"ID": "uploads", "Status": "Enabled", "Filter": {"Prefix": ""},
         "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 7}}]})
    count = lambda: len(s3.list_object_versions(Bucket=bucket, Prefix="kept")["Versions"])
    sandbox.post("/_loopgate/clock", {"advance": "71h"})
    assert count() == 3 and s3.list_object_versions(Bucket=bucket, Prefix="tagged")["DeleteMarkers"]
    sandbox.post("/_loopgate/clock", {"advance": "25h"})
    assert count() == 1 and s3.get_object(Bucket=bucket, Key="kept")["Body"].read() == b"3"
    assert "Uploads" in s3.list_multipart_uploads(Bucket=bucket)
    sandbox.post("/_loopgate/clock", {"advance": "720h"})
    assert "Uploads" not in s3.list_multipart_uploads(Bucket=bucket)
    assert s3.head_object(Bucket=bucket, Key="kept")["StorageClass"] == "STANDARD_IA"


def aborted_bodies_leave_nothing(s3, sandbox):
    bucket = make(s3, "aborted-bucket")
    connection = http.client.HTTPConnection(sandbox.endpoint.removeprefix("http://"))
    connection.putrequest("PUT", f"/{bucket}/k")
    connection.putheader("Content-Length", str(10 * MIB))
    connection.endheaders()
    connection.send(bytes_of(MIB))
    connection.close()
    # A body in chunks that is shorter than it says.
    request = urllib.request.Request(
        f"{sandbox.endpoint}/{bucket}/k", b"5\r\nhello\r\n0\r\n\r\n", method="PUT",
        headers={"Content-Encoding": "aws-chunked", "X-Amz-Decoded-Content-Length": "6",
                 "X-Amz-Content-Sha256": "STREAMING-UNSIGNED-PAYLOAD-TRAILER"})
    try:
        urllib.request.urlopen(request)
        raise AssertionError("a short body was taken")
    except urllib.error.HTTPError as error:
        assert "IncompleteBody" in error.read().decode()
    assert s3.list_objects_v2(Bucket=bucket)["KeyCount"] == 0


def the_shell_copies_folders(s3, sandbox):
    aws = pathlib.Path(sys.executable).parent / "aws"
    aws = str(aws) if aws.exists() else shutil.which("aws")
    if not aws:
        print("  no aws here: its part is skipped")
        return
    bucket = make(s3, "shell-bucket")

    def run(*words):
        ran = subprocess.run([aws, "--endpoint-url", sandbox.endpoint, "s3", *words], text=True, capture_output=True,
                             env={**os.environ, **sandbox.environment()}, timeout=120)
        assert ran.returncode == 0, ran.stderr + ran.stdout
        return ran.stdout

    with tempfile.TemporaryDirectory() as folder:
        source = pathlib.Path(folder) / "source"
        (source / "deep er").mkdir(parents=True)
        for number in range(12):
            (source / "deep er" / f"{number}.txt").write_text(f"file {number}")
        (source / "large.bin").write_bytes(bytes_of(17 * MIB))
        run("cp", "--recursive", str(source), f"s3://{bucket}/x/")
        back = pathlib.Path(folder) / "back"
        run("sync", f"s3://{bucket}/x", str(back))
        assert (back / "large.bin").read_bytes() == bytes_of(17 * MIB)
        assert (back / "deep er" / "7.txt").read_text() == "file 7"
        assert run("sync", str(source), f"s3://{bucket}/x").strip() == "", "nothing had changed"
        (source / "deep er" / "7.txt").unlink()
        assert "delete: s3://shell-bucket/x/deep er/7.txt" in run("sync", "--delete", str(source), f"s3://{bucket}/x")
        assert "large.bin" in run("ls", f"s3://{bucket}/x/")
        run("mv", f"s3://{bucket}/x/large.bin", f"s3://{bucket}/y")
        run("rm", "--recursive", f"s3://{bucket}")
        run("rb", f"s3://{bucket}")


def main(binary):
    try:
        import boto3
        from botocore.config import Config
    except ImportError:
        print("boto3 is not installed")
        return SKIPPED
    with Sandbox(binary, ["--ephemeral", "--allow-origin", "http://app.example.test"]) as sandbox:
        sandbox.client = lambda service: boto3.client(
            service, endpoint_url=sandbox.endpoint, region_name="us-west-2", aws_access_key_id="test",
            aws_secret_access_key="test",
            config=Config(s3={"addressing_style": "path"}, retries={"max_attempts": 0}))
        s3 = sandbox.client("s3")
        for check in (buckets_are_made_and_found, objects_are_what_was_put, ranges_and_conditions_hold,
                      checksums_are_checked, lists_have_pages_and_prefixes, copies_share_nothing_that_changes,
                      uploads_come_in_parts, versions_are_kept, configurations_are_kept,
                      pages_of_other_origins_are_let_in_by_rule, presigned_urls_work_until_they_end, hosts_name_buckets,
                      queues_are_told, objects_grow_old_by_the_clock, aborted_bodies_leave_nothing,
                      the_shell_copies_folders):
            print(check.__name__.replace("_", " "))
            check(s3, sandbox)
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
