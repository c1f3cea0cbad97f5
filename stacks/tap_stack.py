"""`tap-<suffix>-<region>`: the whole pipeline of one region."""

from constructs import Construct

from modules.access_log_bucket import AccessLogBucket
from modules.alarms import Alarms
from modules.alert_topic import AlertTopic
from modules.bucket import Bucket, BucketProps
from modules.bucket_lifecycle_settings import ObjectAges
from modules.dashboard import Dashboard
from modules.dead_letter_queue import DeadLetterQueue
from modules.delivery.key_access import Deployer
from modules.encryption_key import EncryptionKey, alarms_publish, event_rules_publish, log_groups_encrypt
from modules.event_source import EventSource, EventSourceProps
from modules.event_stream import EventStream
from modules.failure_mode import Severity
from modules.http_api import HttpApi
from modules.key_watch import KeyWatch
from modules.ledger import Ledger, LedgerProps
from modules.saved_queries import SavedQueries
from stacks.archive_query import Asked, archive_query, compact
from stacks.base_stack import BaseStack
from stacks.function_factory import FunctionFactory
from stacks.outputs import TapOutputs
from stacks.prefixes import ARCHIVED, INCOMING, QUARANTINE
from stacks.release import Release
from stacks.settings import TapStackArgs
from stacks.signing import PIPELINE_KEY, signing_secret
from stacks.state_location import StateLocation

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
        release: Release,
        permissions_boundary: str | None = None,
        deployer: Deployer | None = None,
        signing_region: str | None = None,
    ) -> None:
        """`state`: where Terraform state is kept; `release`: what the functions are deployed from.

        Where workflows deploy, and not only people: `permissions_boundary` is the ARN of the policy that limits the
        functions' roles, `deployer` the workflows' role.
        `signing_region`: whose stack owns the signing secret of all regions; none where each has its own.
        """
        settings = args.settings
        super().__init__(scope, id_, settings=settings, suffix=args.environment_suffix, region=args.region, state=state)
        protection, storage, asking = settings.protection, settings.storage, settings.query.enabled

        # Declare: what keeps events on their way, ...
        deploys = deployer.key_statements(self.names) if deployer else ()
        services = (log_groups_encrypt(self.names), *deploys)
        key = EncryptionKey(self, "key", purpose=PIPELINE_KEY, protection=protection, services=services)
        access_logs = AccessLogBucket(
            self, "access-logs", purpose="access-logs", ages=storage.access_logs, protection=protection
        )

        def bucket(role: str, ages: ObjectAges) -> Bucket:
            props = BucketProps(purpose=role, key=key, ages=ages, protection=protection, access_logs=access_logs)
            return Bucket(self, role, props)

        archive = bucket("archive", storage.archive)
        inbox = bucket("inbox", storage.inbox)
        failures = bucket("failures", storage.failures)
        events = EventStream(self, "events", key=key, settings=settings.stream, protection=protection)
        remembering = LedgerProps(
            key=key, settings=settings.ledger, capacity=settings.ledger_capacity, protection=protection
        )
        ledger = Ledger(self, "ledger", remembering) if settings.deduplication.days else None
        signing = signing_secret(self, settings=settings, key=key, owner=signing_region)
        dead_letters = DeadLetterQueue(self, "dead-letters", key=key)
        results = bucket("results", storage.results(settings.query.results_expiration_days)) if asking else None
        asked = Asked(archive=archive, failures=failures, results=results, key=key) if results else None
        query = archive_query(self, asked, settings=settings) if asked else None

        # ... and the functions, with their environment variables.
        function = FunctionFactory(
            self, key=key, settings=settings, release=release, permissions_boundary=permissions_boundary
        )
        receiver = function(
            "receiver",
            TAP_STACK=id_,
            TAP_ENVIRONMENT=args.environment_suffix,
            TAP_VERSION=release.version,
            TAP_STREAM_NAME=events.name,
            TAP_API_AUTH=settings.api.auth,
            TAP_REQUESTS_PER_MINUTE=str(60 * settings.api.throttle_rate_per_second),
            TAP_SIGNING_SECRET_ARN=signing.id if signing else None,
        )
        processor = function(
            "processor",
            TAP_STACK=id_,
            TAP_ARCHIVE_BUCKET=archive.name,
            TAP_FAILURES_BUCKET=failures.name,
            TAP_DEDUPLICATION_DAYS=str(settings.deduplication.days),
            TAP_LEDGER_TABLE=ledger.name if ledger else None,
        )
        importer = function(
            "importer",
            TAP_STACK=id_,
            TAP_STREAM_NAME=events.name,
            TAP_INBOX_BUCKET=inbox.name,
            TAP_FAILURES_BUCKET=failures.name,
            TAP_ACCOUNT_ID=settings.account_id,
            TAP_INBOX_RULES=settings.inbox.as_json(),
            dead_letters=dead_letters,
        )

        # Connect: requests to the stream, ...
        api = HttpApi(
            self, "api", key=key, settings=settings.api, log_retention_days=settings.observability.log_retention_days
        )
        api.route("GET", "/health", receiver, public=True)
        api.route("POST", "/process", receiver)
        api.catch_all(receiver)
        events.grant_write(receiver)
        if signing:
            signing.grant_read(receiver)

        # ... files to the stream, ...
        inbox.grant_read_versions(importer, prefix=INCOMING)
        events.grant_write(importer)
        failures.grant_put(importer, prefix=QUARANTINE)
        inbox.notify(importer, prefix=INCOMING)
        importer.allow_self_invocation()

        # ... the stream to the archive.
        archive.grant_put(processor, prefix=ARCHIVED)
        archive.grant_read(processor, prefix=ARCHIVED)
        failures.grant_put(processor, prefix=QUARANTINE)
        if ledger:
            ledger.grant_claim(processor)
        reading = EventSourceProps(stream=events, function=processor, failures=failures, settings=settings.mapping)
        source = EventSource(self, "source", reading)

        # ... and the archive, hour by hour, to files that are quick to ask.
        compactor = None
        if asked and query and settings.query.compaction:
            compactor = compact(self, asked, query, settings=settings, function=function, dead_letters=dead_letters)

        # Watch.
        told, runbook = settings.alarms, f"{settings.repository}/{_RUNBOOK}"
        # A key of their own: alarms must be told when the pipeline's can't be used.
        services = (alarms_publish(self.names), event_rules_publish(), *deploys)
        alerts_key = EncryptionKey(self, "alerts-key", purpose="alerts", protection=protection, services=services)
        alerts = AlertTopic(self, "alerts", key=alerts_key, emails=told.emails, urls=told.urls)
        pages = AlertTopic(self, "pages", key=alerts_key, emails=told.page_emails, urls=told.page_urls)
        rescue = f"{runbook}#rescue-a-key"
        KeyWatch(self, "key-watch", keys=(key, alerts_key), topics=(alerts, pages), runbook=rescue)
        topics: dict[Severity, tuple[AlertTopic, ...]] = {"page": (alerts, pages), "ticket": (alerts,)}
        alarms = Alarms(self, "alarms", topics=topics, settings=told, runbook=runbook)
        alarms.watch_api(api, method="POST", path="/process")
        for each in function.all().values():
            alarms.watch_function(each, source if each is processor else None)
        for each in (processor, importer):
            alarms.watch_quarantine(each, stack=id_)
        alarms.watch_stream(events, source)
        alarms.watch_source(source, processor)
        if ledger:
            alarms.watch_ledger(ledger)
        alarms.watch_dead_letters(dead_letters)
        if compactor:
            alarms.watch_compaction(compactor, stack=id_)
        dashboard = Dashboard(self, "dashboard", alarms=alarms)
        SavedQueries(self, "queries", folder=id_, api=api, functions=function.all())

        # Publish.
        TapOutputs(
            api_url=api.url,
            api_id=api.resource.id,
            stream_name=events.name,
            archive_bucket=archive.name,
            inbox_bucket=inbox.name,
            failures_bucket=failures.name,
            ledger_table=ledger.name if ledger else None,
            query_database=query.catalog.name if query else None,
            query_workgroup=query.workgroup.name if query else None,
            results_bucket=results.name if results else None,
            signing_secret_arn=signing.id if signing else None,
            functions={role: each.name for role, each in function.all().items()},
            dead_letter_queue=dead_letters.name,
            alerts_topic_arn=alerts.resource.arn,
            pages_topic_arn=pages.resource.arn,
            dashboard_name=dashboard.name,
            key_alias=key.name,
            alerts_key_alias=alerts_key.name,
        ).publish(self)
