"""The records of a folder of exports, read from the files' own bytes.

Nothing here knows the program that is recounted. What a record is, which
records are one event and what a column means is taken from the documentation
of the exports and from what the program promises its readers.
"""

import base64
import csv
import datetime
import gzip
import io
import ipaddress
import json
import os
import re
import uuid
import zipfile

csv.field_size_limit(1 << 30)

# What the portal calls Interrupted: neither in nor refused, the user was sent on.
INTERRUPTED = {
    16000, 16001, 16003, 50055, 50058, 50059, 50072, 50074, 50076, 50079, 50097, 50125, 50127, 50129, 50140, 50143, 50144,
    50158, 50199, 51006, 52004, 65001, 81010, 81012, 81014,
}


LOGS = ("sign_ins", "audit_events", "directory_audits", "risk_detections", "risky_users", "provisioning_events", "message_trace", "graph_activity", "sign_in_steps")
# What may be another a day later: of two exports the later state counts, the earlier is history.
STATES = {"risklevel", "riskstate", "riskdetail", "lastupdateddatetime", "risklastupdateddatetime", "risklevelduringsignin", "risklevelaggregated",
          "riskeventtypes", "riskeventtypesv2", "riskeventtypes_v2", "isprocessing", "isdeleted"}


class Record:
    """One record of one file; fields holds what it says, by the names of the tables."""

    def __init__(self, log, path, number, fields, raw):
        self.log, self.path, self.number, self.fields, self.raw = log, path, number, fields, raw

    def __getattr__(self, name):
        return self.fields.get(name)


class Evidence:
    """All records of a folder: counts by file, each copy, and each event once."""

    def __init__(self, folder):
        self.files = {}  # path -> records that it has
        self.copies = {log: [] for log in LOGS}
        for path, data in members(folder):
            records = [record for record in read(path, data) if record]
            if records:
                self.files[path] = records
            for record in records:
                self.copies[record.log].append(record)
        self.events = {log: once(copies) for log, copies in self.copies.items()}

    def by_place(self, path, number):
        """The event that a record of a file is, or is a copy of."""
        if not hasattr(self, "places"):
            self.places = {}
            for events in self.events.values():
                for event in events:
                    for copy in event.copies:
                        self.places.setdefault((copy.path, copy.number), event)
        event = self.places.get((path, number))
        return [event] if event else []

    @property
    def sign_ins(self):
        return self.events["sign_ins"]

    @property
    def audit_events(self):
        return self.events["audit_events"]


def members(folder):
    """Every file below the folder, those in archives by the name a.zip!b."""
    for directory, _, names in sorted(os.walk(folder)):
        for name in sorted(names):
            path = os.path.join(directory, name)
            with open(path, "rb") as file:
                data = file.read()
            yield from unpacked(os.path.relpath(path, folder), data)


def unpacked(path, data):
    if path.endswith(".zip"):
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            for name in archive.namelist():
                yield from unpacked(path + "!" + name, archive.read(name))
    elif path.endswith(".gz"):
        yield path, gzip.decompress(data)
    else:
        yield path, data


def read(path, data):
    """The records of a file, those of an unknown kind as None."""
    text = data.decode("utf-8-sig", "replace")
    name = path.removesuffix(".gz")
    if name.endswith(".csv"):
        rows = list(csv.reader(io.StringIO(text, newline="")))
        for number, row in enumerate(rows[1:], 1):
            cells = {}
            for column, cell in zip(rows[0], row):
                cells.setdefault(column, cell.strip())
            yield recognised(path, number, cells, cells)
    elif name.endswith((".json", ".jsonl")):
        for number, value in enumerate(values(text), 1):
            yield recognised(path, number, value, value)


def values(text):
    """The objects of concatenated JSON values, arrays and pages taken apart."""
    decoder, at = json.JSONDecoder(strict=False), 0
    while True:
        at = re.compile(r"\s*").match(text, at).end()
        if at == len(text):
            return
        value, at = decoder.raw_decode(text, at)
        if isinstance(value, dict) and isinstance(value.get("value"), list):
            value = value["value"]
        for item in value if isinstance(value, list) else [value]:
            yield item


def plain(key):
    """A name without letters' case, blanks and underscores: all exports spell these alike."""
    return re.sub(r"[\s_]", "", key).lower()


def recognised(path, number, value, raw):
    if not isinstance(value, dict):
        return None
    keys = {plain(key): item for key, item in value.items()}
    data = keys.get("auditdata")
    if data is not None:
        return recognised(path, number, json.loads(data) if isinstance(data, str) else data, raw)
    if "properties" in keys and "category" in keys and "resourceid" in keys:
        inner = keys["properties"]
        kind = keys["category"]
        if kind == "MicrosoftGraphActivityLogs":
            return Record("graph_activity", path, number, graph_request(keys, inner), raw)
        record = recognised(path, number, inner, raw)
        if record and record.log == "sign_ins" and kind in CATEGORIES and (kind != "SignInLogs" or record.category is None):
            record.fields["category"] = CATEGORIES[kind]
        return record
    if "operation" in keys and "creationtime" in keys:
        return Record("audit_events", path, number, audit_event(value, keys), value)
    if "requestid" in keys and "authenticationmethod" in keys:
        return Record("sign_in_steps", path, number, {"id": keys["requestid"], "event_time": moment(keys["date(utc)"]), "text": json.dumps(value)}, raw)
    if "riskeventtype" in keys and "detecteddatetime" in keys:
        return Record("risk_detections", path, number, {
            "id": keys["id"], "event_time": moment(keys.get("activitydatetime") or keys.get("detecteddatetime")), "user": filled(keys.get("userprincipalname")), "ip_address": bare(filled(keys.get("ipaddress"))),
            "request_id": filled(keys.get("requestid")), "kind": filled(keys.get("riskeventtype")), "user_id": filled(keys.get("userid")) or filled(keys.get("serviceprincipalid")),
            "risk": risk(keys, keys.get("lastupdateddatetime"), keys.get("risklevel"))}, raw)
    if "risklastupdateddatetime" in keys and "riskstate" in keys:
        return Record("risky_users", path, number, {
            "id": keys["id"], "event_time": moment(keys["risklastupdateddatetime"]), "user": filled(keys.get("userprincipalname")),
            "risk": risk(keys, keys["risklastupdateddatetime"], keys.get("risklevel"))}, raw)
    if "provisioningaction" in keys and "changeid" in keys:
        return Record("provisioning_events", path, number, provisioned(keys), raw)
    if "messagetraceid" in keys and "recipientaddress" in keys:
        return Record("message_trace", path, number, {
            "id": keys["messagetraceid"], "event_time": moment(keys["received"]), "sender": keys["senderaddress"].lower(), "recipient": keys["recipientaddress"].lower(),
            "subject": filled(keys.get("subject")), "status": filled(keys.get("status")), "ip_address": bare(filled(keys.get("fromip")))}, raw)
    if "activitydisplayname" in keys and "initiatedby" in keys:
        return Record("directory_audits", path, number, directory_audit(keys), raw)
    if ("date(utc)" in keys and "requestid" in keys and "application" in keys) or ("appid" in keys and any(k.startswith("createddatetime") for k in keys)):
        return Record("sign_ins", path, number, sign_in(keys, path), raw)
    return None


def risk(keys, updated, level):
    return {"level": filled(level), "state": filled(keys.get("riskstate")), "detail": filled(keys.get("riskdetail")), "updated": moment(updated)}


def provisioned(keys):
    changes = nested(keys, "modifiedproperties") or []
    return {
        "id": keys["id"], "event_time": moment(keys.get("activitydatetime")), "action": filled(keys["provisioningaction"]), "change_id": filled(keys["changeid"]),
        "outcome": filled((keys.get("provisioningstatusinfo") or {}).get("status")),
        "source": filled((keys.get("sourceidentity") or {}).get("displayName")),
        "changes": {f"{c['displayName']}: {c.get('oldValue') or '(none)'} → {c.get('newValue') or '(none)'}" for c in changes},
    }


def directory_audit(keys):
    actor = keys["initiatedby"].get("user") or {}
    targets = keys.get("targetresources") or []
    return {
        "id": keys["id"], "event_time": moment(keys.get("activitydatetime") or keys.get("createddatetime")), "operation": filled(keys["activitydisplayname"]),
        "ip_address": bare(filled(actor.get("ipAddress"))), "changes": sum(len(t.get("modifiedProperties") or []) for t in targets), "targets": len(targets),
    }


def graph_request(keys, inner):
    token = filled(inner.get("signInActivityId"))
    return {
        "id": filled(inner.get("requestId")), "event_time": moment(inner.get("timeGenerated") or keys.get("time")), "ip_address": bare(filled(inner.get("ipAddress"))),
        "session_id": filled(inner.get("C_Sid")), "unique_token_id": token, "sign_in_id": decoded(token),
        "operation": filled(inner.get("requestMethod")), "workload": "Microsoft Graph",
    }


CATEGORIES = {
    "SignInLogs": "interactive", "NonInteractiveUserSignInLogs": "non_interactive", "ServicePrincipalSignInLogs": "service_principal",
    "ManagedIdentitySignInLogs": "managed_identity", "ADFSSignInLogs": "adfs",
}
NAMED = {"NonInteractiveSignIns": "non_interactive", "InteractiveSignIns": "interactive", "ApplicationSignIns": "service_principal", "MSISignIns": "managed_identity"}
TYPES = {"interactiveUser": "interactive", "nonInteractiveUser": "non_interactive", "servicePrincipal": "service_principal", "managedIdentity": "managed_identity"}


def filled(value):
    """A text, or None where there is none."""
    if value is None or value == [] or value == {}:
        return None
    text = str(value).strip()
    return text if text and text not in ("<null>", "null") else None


def nested(keys, *names):
    """An object that stands in the record, or as JSON in a text of it."""
    for name in names:
        value = keys.get(name)
        if isinstance(value, str) and value.strip()[:1] in ("{", "["):
            value = json.loads(value, strict=False)
        if isinstance(value, (dict, list)) and value:
            return value
    return None


def inside(value, name):
    if not isinstance(value, dict):
        return None
    return {plain(key): item for key, item in value.items()}.get(plain(name))


def moment(text):
    """A time in UTC without a zone, None where there is none."""
    if not text:
        return None
    text = str(text).strip()
    for form in ("%m/%d/%Y, %I:%M:%S.%f %p", "%m/%d/%Y, %I:%M:%S %p", "%m/%d/%Y %I:%M:%S %p"):
        try:
            return datetime.datetime.strptime(text, form)
        except ValueError:
            pass
    text = re.sub(r"[T ](\d):", r"T0\1:", text)  # an hour of one digit
    match = re.match(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(\.\d+)?(Z|[+-]\d\d:?\d\d)?$", text.replace(" ", "T", 1))
    if not match:
        return None
    at = datetime.datetime.fromisoformat(match[1] + (match[2] or "")[:7].ljust(7, "0") if match[2] else match[1])
    if match[3] and match[3] != "Z":
        at = datetime.datetime.fromisoformat(at.isoformat() + match[3][:3] + ":" + match[3][-2:]).astimezone(datetime.timezone.utc).replace(tzinfo=None)
    return at


def sign_in(keys, path):
    portal = "date(utc)" in keys
    status = nested(keys, "status", "statusdynamic", "statusstring") or {}
    device = nested(keys, "devicedetail", "devicedetaildynamic", "devicedetailstring") or {}
    place = nested(keys, "location", "locationdetails", "locationdetailsdynamic", "locationdetailsstring") or {}
    fields = {
        "id": filled(keys.get("requestid") if portal else keys.get("id")),
        "event_time": moment(keys.get("date(utc)") or keys.get("createddatetime") or keys.get("createddatetime[utc]")),
        "user": filled(keys.get("username") if portal else keys.get("userprincipalname")),
        "user_id": filled(keys.get("userid")),
        "service_principal": filled(keys.get("serviceprincipalname")),
        "service_principal_id": filled(keys.get("serviceprincipalid")),
        "app": filled(keys.get("application") if portal else keys.get("appdisplayname")),
        "app_id": filled(keys.get("applicationid") if portal else keys.get("appid")),
        "resource": filled(keys.get("resource") if portal else keys.get("resourcedisplayname")),
        "ip_address": bare(filled(keys.get("ipaddress"))),
        "network": filled(keys.get("autonomoussystemnumber")),
        "client_app": filled(keys.get("clientapp") if portal else keys.get("clientappused")),
        "user_agent": filled(keys.get("useragent")),
        "session_id": filled(keys.get("sessionid")),
        "unique_token_id": filled(keys.get("uniquetokenidentifier")),
        "correlation_id": filled(keys.get("correlationid")),
        "protocol": filled(keys.get("authenticationprotocol")),
        "transfer": filled(keys.get("originaltransfermethod")),
        "token_type": filled(keys.get("incomingtokentype")),
        "risk": risk(keys, None, keys.get("risklevelaggregated") or keys.get("risklevelduringsignin")),
        "during": filled(keys.get("risklevelduringsignin")),
        "risk_types": frozenset(nested(keys, "riskeventtypes_v2", "riskeventtypesv2", "riskeventtypes") or []),
    }
    for name in ("user", "unique_token_id"):
        if fields[name]:
            fields[name] = fields[name].lower() if name == "user" else fields[name].removeprefix("'")
    fields["device_id"] = filled(keys.get("deviceid") if portal else inside(device, "deviceId"))
    fields["device_name"] = filled(inside(device, "displayName"))
    fields["operating_system"] = filled(keys.get("operatingsystem") if portal else inside(device, "operatingSystem"))
    fields["browser"] = filled(keys.get("browser") if portal else inside(device, "browser"))
    if portal:
        parts = [part.strip() for part in (keys.get("location") or "").split(",")]
        if len(parts) == 2:  # a city without a state
            parts.insert(1, "")
        parts = [""] * (3 - len(parts)) + parts
        if parts[-2] == "City of":  # "London, City of" is the state's own name
            parts[-3:] = [parts[-3] + ", City of", parts[-1]]
        fields["city"], fields["state"], fields["country"] = filled(", ".join(p for p in parts[:-2] if p)), filled(parts[-2]), filled(parts[-1])
        code = filled(keys.get("sign-inerrorcode"))
        fields["error_code"] = 0 if code in (None, "None") else int(code)
        fields["status"] = filled(keys.get("status")).lower()
        requirement = filled(keys.get("authenticationrequirement"))
        fields["category"] = next((kind for name, kind in NAMED.items() if os.path.basename(path).startswith(name)), None)
        fields["policies"] = None
        fields["mfa_method"] = filled(keys.get("multifactorauthenticationauthmethod"))
    else:
        fields["city"], fields["state"] = filled(inside(place, "city")), filled(inside(place, "state"))
        fields["country"] = filled(inside(place, "countryOrRegion")) or (filled(keys.get("location")) if isinstance(keys.get("location"), str) else None)
        code = inside(status, "errorCode")
        code = keys.get("resulttype") if code is None else code
        fields["error_code"] = int(code) if filled(code) else None
        fields["status"] = None if fields["error_code"] is None else "success" if fields["error_code"] == 0 else "interrupted" if fields["error_code"] in INTERRUPTED else "failure"
        requirement = filled(keys.get("authenticationrequirement"))
        fields["category"] = category(keys)
        fields["policies"] = policies(keys)
        fields["mfa_method"] = filled(inside(nested(keys, "mfadetail", "mfadetaildynamic", "mfadetailstring") or {}, "authMethod"))
    fields["requirement"] = {"m": "multi_factor", "s": "single_factor"}.get((requirement or " ")[0].lower())
    fields["conditional_access"] = {"success": "success", "failure": "failure", "notapplied": "not_applied"}.get(
        (filled(keys.get("conditionalaccess") if portal else keys.get("conditionalaccessstatus")) or "").replace(" ", "").lower())
    return fields


def category(keys):
    """The record's own word goes before the log's that it stands in."""
    types = keys.get("signineventtypes") or []
    if types:
        return TYPES.get(types[0])
    if keys.get("category") not in (None, "SignInLogs"):
        return CATEGORIES.get(keys["category"])
    if keys.get("isinteractive") is not None:
        return "interactive" if str(keys["isinteractive"]).lower() == "true" else "non_interactive"
    return CATEGORIES.get(keys.get("category"))


def policies(keys):
    """The Conditional Access policies that a sign-in carries, None where the export has no list."""
    for name in ("appliedconditionalaccesspolicies", "conditionalaccesspolicies", "conditionalaccesspoliciesdynamic", "conditionalaccesspoliciesstring"):
        value = keys.get(name)
        if isinstance(value, str) and value.strip().startswith("["):
            value = json.loads(value, strict=False)
        if isinstance(value, list):
            return [
                {"id": p.get("id"), "name": p.get("displayName"), "result": p.get("result"), "grants": p.get("enforcedGrantControls") or []}
                for p in value
            ]
    return None


# Who acts for Microsoft's own services and is no person. An application that acts is not Microsoft.
SERVICES = re.compile(r"^(nt authority\\|nt service\\|s-1-5-18$|certificate$|not-found$|fim_password_service|securitycompliancealerts$)", re.I)
SERVICE_TYPES = {3, 4, 8}  # UserType: datacentre administrator, system, system policy


def audit_event(value, keys):
    def pairs(name):
        return {p.get("Name"): p.get("Value") for p in value.get(name) or [] if isinstance(p, dict)}

    access = value.get("AppAccessContext") if isinstance(value.get("AppAccessContext"), dict) else {}
    address = filled(value.get("ClientIP")) or filled(value.get("ClientIPAddress")) or filled(value.get("ActorIpAddress")) or filled(value.get("ActorIP"))
    user = filled(value.get("UserId"))
    token = filled(access.get("UniqueTokenId"))
    number = filled(value.get("ErrorNumber"))
    return {
        "id": filled(value.get("Id")),
        "event_time": moment(value["CreationTime"]),
        "operation": value["Operation"].strip(),
        "workload": filled(value.get("Workload")),
        "record_type": value.get("RecordType"),
        "user": user.lower() if user else None,
        "ip_address": bare(address),
        "object_id": filled(value.get("ObjectId")),
        "result_status": filled(value.get("ResultStatus")),
        "session_id": filled(access.get("AADSessionId")) or filled(value.get("SessionId")) or filled(pairs("DeviceProperties").get("SessionId")),
        "unique_token_id": token,
        "sign_in_id": decoded(token),
        "error_number": int(number) if number and number.isdigit() else None,
        "logon_error": filled(value.get("LogonError")),
        "is_system": bool(user and SERVICES.match(user)) or value.get("UserType") in SERVICE_TYPES and not (user or "").lower().startswith("serviceprincipal_"),
        "data": value,
    }


def bare(address):
    """An address without port and brackets, written the short way; a text that is none stays."""
    if not address:
        return None
    match = re.match(r"^\[(.+?)\](:\d+)?$", address) or re.match(r"^(\d+\.\d+\.\d+\.\d+):\d+$", address)
    try:
        parsed = ipaddress.ip_address(match[1] if match else address)
    except ValueError:
        return address.lower()
    return str(getattr(parsed, "ipv4_mapped", None) or parsed)


def decoded(token):
    """The id of the sign-in that issued a token: its bytes in Base64."""
    if not token:
        return None
    try:
        data = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))
        return str(uuid.UUID(bytes_le=data)) if len(data) == 16 else str(uuid.UUID(data.decode()))
    except ValueError:
        return None


def once(copies):
    """Each event once: one id, one second, and nothing in contradiction. What one copy lacks another fills."""
    groups = {}
    for copy in copies:
        # Records without an id are one only if all their text is.
        key = copy.id or json.dumps(copy.raw, sort_keys=True, default=str)
        if copy.log == "sign_in_steps":
            key = copy.text
        at = copy.event_time.replace(microsecond=0) if copy.event_time else None
        if copy.log == "risky_users":  # what has a state has no moment of its own
            at = None
        groups.setdefault((key, at), []).append(copy)
    events = []
    for group in groups.values():
        kept = []
        for copy in sorted(group, key=lambda c: -len(said(c))):
            mine = said(copy)
            for event in kept:
                if all(event.said[k] == v for k, v in mine.items() if k in event.said):
                    event.said.update(mine)
                    event.copies.append(copy)
                    if copy.risk:
                        event.fields["risk"] = later(copy.risk, event.risk)
                        if copy.log == "risky_users":
                            event.fields["event_time"] = event.risk["updated"]
                    for name, value in copy.fields.items():
                        if event.fields.get(name) is None:
                            event.fields[name] = value
                    # The portal's own word goes before what a code means.
                    if copy.log == "sign_ins" and "Request ID" in copy.raw:
                        event.fields["status"] = copy.fields["status"]
                    break
            else:
                event = Record(copy.log, copy.path, copy.number, dict(copy.fields), copy.raw)
                event.said, event.copies = dict(mine), [copy]
                kept.append(event)
        events += kept
    return events


LEVELS = ("low", "medium", "high")


def later(risk, other):
    """By the log's own word; where it has none, the higher level and the state that follows the other."""
    if risk["updated"] and other["updated"]:
        return max(risk, other, key=lambda r: r["updated"])
    order = (None, "none", "atRisk", "confirmedSafe", "remediated", "dismissed", "confirmedCompromised")
    of = max(risk, other, key=lambda r: order.index(r["state"]))
    return of | {"level": max(risk["level"], other["level"], key=lambda l: (l is not None, LEVELS.index(l) if l in LEVELS else -1))}


def said(record):
    """What a record says, to be held against another: of the same log's text every leaf, of sign-ins the columns."""
    if record.log == "sign_ins":
        return {k: v for k, v in record.fields.items() if v is not None and k not in ("policies", "event_time", "status", "risk", "during", "risk_types")}
    return {k: v for k, v in leaves("", record.raw) if not STATES.intersection(k.split("."))}


def leaves(name, value):
    if isinstance(value, dict):
        for key, item in value.items():
            yield from leaves(name + "." + plain(key), item)
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from leaves(name + "." + str(index), item)
    elif isinstance(value, str) and value.strip()[:1] in ("{", "["):
        try:
            yield from leaves(name, json.loads(value))
        except ValueError:
            yield name, value.strip()
    elif value not in (None, ""):
        yield name, str(value).strip()
