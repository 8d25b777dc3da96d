"""How an adversary watches a user or a role of his, and takes back what is done to it."""

from __future__ import annotations

from dataclasses import dataclass, field
from urllib.parse import unquote
from xml.etree import ElementTree as ET

from irkit.drill.world.adversaries.hand import Hand, attempt
from irkit.drill.world.adversaries.moves import make_key
from irkit.drill.world.aws_caller import AwsCaller


@dataclass
class Guard:
    """One user or role. The first look takes note of how it stands; every later one puts that back.

    ``kind`` is ``User`` or ``Role``.
    """

    hand: Hand
    kind: str
    name: str
    _inline: dict[str, str] | None = None
    _attached: set[str] = field(default_factory=set)
    _trust: str = ""

    def look(self, caller: AwsCaller) -> bool:
        """Looks, and takes back what was done; whether anything was. Raises AwsRefused for the first thing refused."""
        inline, attached, trust = self._names(caller, "Policies"), self._attached_now(caller), self._trust_now(caller)
        if self._inline is None:
            self._inline, self._attached, self._trust = self._documents(caller, inline), attached, trust
            return False
        undone = [
            *(self._write(caller, f"Delete{self.kind}Policy", PolicyName=name) for name in inline - {*self._inline}),
            *(self._write(caller, f"Detach{self.kind}Policy", PolicyArn=arn) for arn in attached - self._attached),
            *(self._write(caller, f"Attach{self.kind}Policy", PolicyArn=arn) for arn in self._attached - attached),
            *(
                self._write(caller, f"Put{self.kind}Policy", PolicyName=name, PolicyDocument=self._inline[name])
                for name in self._inline
                if name not in inline
            ),
        ]
        if trust != self._trust:
            undone.append(self._write(caller, "UpdateAssumeRolePolicy", PolicyDocument=self._trust))
        if self.kind == "User":
            undone += self._keys_back(caller)
        return bool(undone)

    def _write(self, caller: AwsCaller, action: str, **params: str) -> str:
        caller.query("iam", action, {f"{self.kind}Name": self.name, **params})
        return action

    def _asked(self, caller: AwsCaller, action: str) -> ET.Element:
        return caller.query("iam", action, {f"{self.kind}Name": self.name})

    def _names(self, caller: AwsCaller, what: str) -> set[str]:
        return {member.text or "" for member in self._asked(caller, f"List{self.kind}{what}").iter("member")}

    def _attached_now(self, caller: AwsCaller) -> set[str]:
        listed = self._asked(caller, f"ListAttached{self.kind}Policies")
        return {found.text or "" for found in listed.iter("PolicyArn")}

    def _trust_now(self, caller: AwsCaller) -> str:
        if self.kind != "Role":
            return ""
        return unquote(self._asked(caller, "GetRole").findtext(".//AssumeRolePolicyDocument", ""))

    def _documents(self, caller: AwsCaller, names: set[str]) -> dict[str, str]:
        found: dict[str, str] = {}
        for name in names:
            asked = {f"{self.kind}Name": self.name, "PolicyName": name}
            answer = attempt(caller.query, "iam", f"Get{self.kind}Policy", asked)
            if answer is not None:
                found[name] = unquote(answer.findtext(".//PolicyDocument", ""))
        return found

    def _keys_back(self, caller: AwsCaller) -> list[str]:
        """His keys of this user: active again when inactive, a new one when they are gone."""
        listed = {
            member.findtext("AccessKeyId", ""): member.findtext("Status", "")
            for member in self._asked(caller, "ListAccessKeys").iter("member")
        }
        own = self._own_keys() & listed.keys()
        undone = [
            self._write(caller, "UpdateAccessKey", AccessKeyId=key_id, Status="Active")
            for key_id in sorted(own)
            if listed[key_id] != "Active"
        ]
        if not own and self._own_keys():
            make_key(self.hand, caller, self.name)
            undone.append("CreateAccessKey")
        return undone

    def _own_keys(self) -> set[str]:
        given = {keys.key_id for keys in self.hand.foothold.keys.values() if keys.session_token is None}
        arn = f":user/{self.name}"
        taken = {held.keys.key_id for held in self.hand.loot.held.values() if held.arn.endswith(arn)}
        return {key_id for key_id in given | taken if key_id.startswith("AKIA")}
