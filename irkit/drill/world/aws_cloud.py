"""The AWS half of the world: emulator, recording proxy, events, trail, faults."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from threading import Lock

from irkit.drill.world import estate
from irkit.drill.world.aws_call import AwsCall
from irkit.drill.world.aws_caller import AwsCaller
from irkit.drill.world.aws_emulator import AwsEmulator
from irkit.drill.world.estate import Estate
from irkit.drill.world.event_store import EventStore
from irkit.drill.world.faults import Faults
from irkit.drill.world.laws.organization import MANAGEMENT_ACCOUNT
from irkit.drill.world.lookup_events import Pace
from irkit.drill.world.loopback_server import LoopbackServer
from irkit.drill.world.organization_access import ORGANIZATION_ROLE, organization_session
from irkit.drill.world.principals import Principals
from irkit.drill.world.proxy import SOURCE_IP, Behind, RecordingProxy
from irkit.drill.world.recording import Recording
from irkit.drill.world.seed_aws import seed_aws
from irkit.drill.world.settings import Membership, WorldSettings
from irkit.drill.world.signature import KeyPair
from irkit.drill.world.token_issuer import TokenIssuer
from irkit.drill.world.trail_delivery import TrailDelivery
from irkit.drill.world.trail_digests import TrailDigests
from irkit.secret import Secret


def _management(membership: Membership) -> str:
    """The account that manages the organization; empty without one."""
    match membership:
        case Membership.MEMBER | Membership.NO_ACCESS:
            return MANAGEMENT_ACCOUNT
        case Membership.MANAGEMENT:
            return estate.ACCOUNT
        case Membership.NONE:
            return ""


def _now() -> datetime:
    return datetime.now(UTC)


class AwsCloud:
    """AWS as the world's clients see it, at ``url``. ``new_key`` is told the secret of every access key made."""

    def __init__(
        self,
        folder: Path,
        settings: WorldSettings,
        notice: Callable[[AwsCall], None],
        new_key: Callable[[str, Secret], None],
    ) -> None:
        self._settings = settings
        self._emulator = AwsEmulator(folder, estate.ACCOUNT, estate.REGION, _management(settings.membership))
        self._root = AwsCaller(self._emulator.url, self._emulator.root, estate.REGION)
        self.events = EventStore(_now, settings.delivery_lag)
        self.faults = Faults()
        self.pace = Pace(_now)
        self.pace.per_second = settings.lookups_per_second
        self.events_elsewhere = EventStore(_now, settings.delivery_lag)
        """The calls made in the organization's management account: for judges, nobody in the account sees them."""
        principals = Principals(estate.ACCOUNT, self._emulator.root.key_id)
        self.recording = Recording(principals, self.events, self.events_elsewhere, new_key)
        digests = TrailDigests(lambda: self._root, estate.TRAIL_BUCKET, estate.ACCOUNT, estate.TRAIL, estate.REGION)
        self._proxy = RecordingProxy(
            Behind(
                self._emulator.port,
                self.events,
                self.recording,
                self.faults,
                Random(settings.seed),
                self.pace,
                lambda: digests.public_keys(_now()),
                notice,
            )
        )
        self._issuer: TokenIssuer | None = None
        self._issuing = Lock()
        self.organization_keys: KeyPair | None = None
        """A session that may read the organization and write its policies; ``None`` where nobody at hand may."""
        self._trail = TrailDelivery(self.events, lambda: self._root, digests, estate.TRAIL_BUCKET, estate.ACCOUNT)

    @property
    def url(self) -> str:
        """Where clients find AWS."""
        return self._proxy.url

    @property
    def server(self) -> LoopbackServer:
        """The proxy, to turn an outage of all of AWS on and off."""
        return self._proxy

    @property
    def token(self) -> str:
        """What lets the world's own actors say when their calls happened."""
        return self._proxy.token

    @property
    def pid(self) -> int:
        """The emulator's process id."""
        return self._emulator.pid

    @property
    def last_asked(self) -> float:
        """When a client that is not part of the world last called, on the monotonic clock."""
        return self._proxy.last_asked

    @property
    def root(self) -> AwsCaller:
        """The account's root, talking to the emulator directly and unrecorded: for the world and its tests."""
        return self._root

    def start(self) -> None:
        """Starts the emulator and the proxy. Raises RuntimeError when the emulator does not come up."""
        self._emulator.start()
        self._proxy.start()

    def furnish(self, health: Mapping[str, str], alarm_at: datetime) -> Estate:
        """Makes the account's contents and begins to record; users and keys are older than the alarm."""
        through = AwsCaller(self.url, self._emulator.root, estate.REGION, {SOURCE_IP: "10.0.0.5"})
        found = seed_aws(through, dict(self._settings.break_glass), health)
        self.organization_keys = self._organization_keys()
        for name in (
            estate.LEAKED_USER,
            estate.ADMIN_USER,
            estate.ON_CALL_USER,
            estate.TASK_ROLE,
            estate.READER_ROLE,
            estate.BREAK_GLASS_ROLE,
            ORGANIZATION_ROLE,
            *self._key_ids(estate.LEAKED_USER, estate.ADMIN_USER, estate.ON_CALL_USER),
        ):
            self.recording.backdate(name, alarm_at - timedelta(days=211))
        self.recording.begin()
        return found

    def _key_ids(self, *users: str) -> Iterator[str]:
        """The ids of all access keys of users."""
        for user in users:
            keys = self._root.query("iam", "ListAccessKeys", {"UserName": user})
            yield from (found.text for found in keys.iter("AccessKeyId") if found.text)

    def _organization_keys(self) -> KeyPair | None:
        membership = self._settings.membership
        if membership not in {Membership.MEMBER, Membership.MANAGEMENT}:
            return None
        account = _management(membership)
        root = self._emulator.root_of(account) if account != estate.ACCOUNT else self._emulator.root
        return organization_session(AwsCaller(self.url, root, estate.GLOBAL_REGION, {SOURCE_IP: "10.0.0.5"}), account)

    def open_for_use(self, span: timedelta) -> None:
        """The alarm is on: from now on log files are dropped every so often, and writes spread as slowly as set."""
        self._trail.start(span)
        self.faults.iam_delay = self._settings.iam_delay
        self.faults.scp_delay = self._settings.scp_delay

    def settle(self) -> None:
        """Lets every write that is still spreading bind now."""
        self._emulator.settle()

    def issuer(self) -> TokenIssuer:
        """The world's GitHub Actions, whose key this AWS knows; the same one each time."""
        with self._issuing:
            if self._issuer is None:
                self._issuer = TokenIssuer(_now)
                self._emulator.trust(self._issuer.host, self._issuer.public_key)
            return self._issuer

    def deliver(self) -> list[str]:
        """Drops log files now; their keys."""
        return self._trail.deliver()

    def stop(self) -> None:
        """Ends everything."""
        self._trail.stop()
        self._proxy.stop()
        self._emulator.stop()
