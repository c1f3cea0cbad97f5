"""Entry point: notifications about new files in the inbox, and imports that go on."""

import os
from functools import cache

from lambda_code.importer.importer import Importer
from lambda_code.importer.inbox import Inbox
from lambda_code.importer.next_invocation import NextInvocation
from lambda_code.importer.settings import Settings
from lambda_code.shared import aws, environment
from lambda_code.shared.quarantine import Quarantine
from lambda_code.shared.stream import EventStream


@cache
def importer() -> Importer:
    """The importer of this process, made of its variables."""
    settings = Settings.from_environ(os.environ)
    s3 = aws.client("s3", aws.STORE)
    return Importer(
        settings,
        Inbox(s3, settings.account_id),
        EventStream(aws.client("kinesis", aws.PRODUCER), settings.stream_name),
        Quarantine(s3, settings.failures_bucket),
        NextInvocation(lambda: aws.client("lambda", aws.STORE), settings.function),
    )


def handle(event: object, context: aws.Context) -> None:
    """Answer one invocation, by S3 or by the importer itself."""
    importer().import_files(event, context)


if environment.is_lambda(os.environ):
    importer()  # while Lambda starts the process it gives it a full CPU
