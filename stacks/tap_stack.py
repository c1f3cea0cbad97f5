"""`tap-<suffix>-<region>`: the whole pipeline of one region."""

from collections.abc import Mapping

from constructs import Construct

from modules.access_log_bucket import AccessLogBucket
from modules.alarms import Alarms
from modules.alert_topic import AlertTopic
from modules.bucket import Bucket, BucketProps
from modules.bucket_lifecycle_settings import ObjectAges
from modules.dashboard import Dashboard
from modules.dead_letter_queue import DeadLetterQueue
from modules.encryption_key import EncryptionKey, alarms_publish, log_groups_encrypt
from modules.event_source import EventSource
from modules.event_stream import EventStream
from modules.function import Code, Function, FunctionProps
from modules.http_api import HttpApi
from modules.ledger import Ledger
from modules.signing_secret import SigningSecret
from stacks.base_stack import BaseStack
from stacks.outputs import TapOutputs
from stacks.packaging import Package
from stacks.settings import FUNCTIONS, TapStackArgs
from stacks.state_location import StateLocation

INCOMING = "incoming/"
QUARANTINE = "quarantine/"
ARCHIVED = "events/"
_RUNBOOK = "blob/main/docs/runbook.md"


class TapStack(BaseStack):
    """Events come in over HTTPS or as files, go through a stream, and end up stored exactly once."""

    def __init__(
        self,
        scope: Construct,
        id_: str,
        args: TapStackArgs,
        *,
        state: StateLocation,
        packages: Mapping[str, Package],
        version: str,
        permissions_boundary: str | None = None,
    ) -> None:
        """`state`: where Terraform state is kept; `packages`: each function's zip; `version`: ours, for `/health`.

        `permissions_boundary`: ARN of the policy that limits the functions' roles; none where only people deploy.
        """
        settings = args.settings
        super().__init__(scope, id_, settings=settings, suffix=args.environment_suffix, region=args.region, state=state)
        self._settings, self._packages, self._boundary = settings, packages, permissions_boundary
        self._functions: dict[str, Function] = {}
        names, protection = self.names, settings.protection

        key = self._key = EncryptionKey(
            self,
            "key",
            names=names,
            purpose="pipeline",
            protection=protection,
            services=(log_groups_encrypt(names), alarms_publish(names)),
        )
        storage = settings.storage
        self._access_logs = AccessLogBucket(
            self,
            "access-logs",
            purpose="access-logs",
            names=names,
            ages=storage.access_logs,
            protection=protection,
        )
        archive = self._bucket("archive", ages=storage.archive)
        inbox = self._bucket("inbox", ages=storage.inbox)
        failures = self._bucket("failures", ages=storage.failures)
        events = EventStream(
            self,
            "events",
            names=names,
            key=key,
            settings=settings.stream,
            protection=protection,
        )
        ledger = self._ledger()
        signing = self._signing_secret()
        dead_letters = DeadLetterQueue(self, "dead-letters", names=names, key=key)

        receiver = self._function(
            "receiver",
            {
                "TAP_STACK": id_,
                "TAP_ENVIRONMENT": args.environment_suffix,
                "TAP_VERSION": version,
                "TAP_STREAM_NAME": events.name,
                "TAP_API_AUTH": settings.api.auth,
                "TAP_REQUESTS_PER_MINUTE": str(60 * settings.api.throttle_rate_per_second),
                **({"TAP_SIGNING_SECRET_ARN": signing.arn} if signing else {}),
            },
        )
        processor = self._function(
            "processor",
            {
                "TAP_STACK": id_,
                "TAP_ARCHIVE_BUCKET": archive.name,
                "TAP_FAILURES_BUCKET": failures.name,
                "TAP_DEDUPLICATION_DAYS": str(settings.deduplication.days),
                **({"TAP_LEDGER_TABLE": ledger.name} if ledger else {}),
            },
        )
        importer = self._function(
            "importer",
            {
                "TAP_STACK": id_,
                "TAP_STREAM_NAME": events.name,
                "TAP_INBOX_BUCKET": inbox.name,
                "TAP_FAILURES_BUCKET": failures.name,
                "TAP_ACCOUNT_ID": settings.account_id,
            },
            dead_letters=dead_letters,
        )

        api = HttpApi(
            self,
            "api",
            names=names,
            key=key,
            settings=settings.api,
            log_retention_days=settings.observability.log_retention_days,
        )
        api.route("GET", "/health", receiver, public=True)
        api.route("POST", "/process", receiver)
        api.catch_all(receiver)
        events.grant_write(receiver)
        if signing:
            signing.grant_read(receiver)

        inbox.grant_read_versions(importer, prefix=INCOMING)
        events.grant_write(importer)
        failures.grant_put(importer, prefix=QUARANTINE)
        inbox.notify(importer, prefix=INCOMING)

        archive.grant_put(processor, prefix=ARCHIVED)
        archive.grant_read(processor, prefix=ARCHIVED)
        failures.grant_put(processor, prefix=QUARANTINE)
        if ledger:
            ledger.grant_claim(processor)
        source = EventSource(
            self,
            "source",
            stream=events,
            function=processor,
            failures=failures,
            settings=settings.mapping,
        )

        alerts = AlertTopic(self, "alerts", names=names, key=key, emails=settings.alarms.emails)
        alarms = Alarms(
            self,
            "alarms",
            names=names,
            topic=alerts,
            settings=settings.alarms,
            runbook=f"{settings.repository}/{_RUNBOOK}",
        )
        alarms.watch_api(api, method="POST", path="/process")
        for function in self._functions.values():
            alarms.watch_function(function)
        for function in (processor, importer):
            alarms.watch_quarantine(function, stack=id_)
        alarms.watch_stream(events, source)
        alarms.watch_source(source, processor)
        if ledger:
            alarms.watch_ledger(ledger)
        alarms.watch_dead_letters(dead_letters)
        dashboard = Dashboard(self, "dashboard", names=names, alarms=alarms)

        if forgotten := FUNCTIONS.keys() - self._functions.keys():
            raise ValueError(f"stacks/tap_stack.py deploys no function {', '.join(sorted(forgotten))}")
        TapOutputs(
            api_url=api.url,
            api_id=api.id,
            stream_name=events.name,
            archive_bucket=archive.name,
            inbox_bucket=inbox.name,
            failures_bucket=failures.name,
            ledger_table=ledger.name if ledger else None,
            signing_secret_arn=signing.arn if signing else None,
            functions={role: function.function_name for role, function in self._functions.items()},
            dead_letter_queue=dead_letters.name,
            alerts_topic_arn=alerts.arn,
            dashboard_name=dashboard.name,
            key_alias=key.alias,
        ).publish(self)

    def _bucket(self, role: str, *, ages: ObjectAges) -> Bucket:
        return Bucket(
            self,
            role,
            BucketProps(
                purpose=role,
                names=self.names,
                key=self._key,
                ages=ages,
                protection=self._settings.protection,
                access_logs=self._access_logs,
            ),
        )

    def _ledger(self) -> Ledger | None:
        if not self._settings.deduplication.days:
            return None
        return Ledger(self, "ledger", names=self.names, key=self._key, protection=self._settings.protection)

    def _signing_secret(self) -> SigningSecret | None:
        if self._settings.api.auth != "signature":
            return None
        return SigningSecret(
            self,
            "signing",
            names=self.names,
            key=self._key,
            version=self._settings.api.signing_secret_version,
            protection=self._settings.protection,
        )

    def _function(
        self,
        role: str,
        variables: Mapping[str, str],
        *,
        dead_letters: DeadLetterQueue | None = None,
    ) -> Function:
        """One of `FUNCTIONS`; it is watched and has an output without more."""
        settings, package = self._settings, self._packages[role]
        self._functions[role] = Function(
            self,
            role,
            FunctionProps(
                names=self.names,
                key=self._key,
                code=Code(
                    path=str(package.path),
                    sha256_base64=package.sha256_base64,
                    handler=f"lambda_code.{role}.handler.handle",
                ),
                settings=getattr(settings, role),
                observability=settings.observability,
                architecture=settings.architecture,
                variables=variables,
                dead_letters=dead_letters,
                permissions_boundary=self._boundary,
            ),
        )
        return self._functions[role]
