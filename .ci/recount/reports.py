"""What each report should show, counted from the records alone.

A function a report: it takes the evidence and gives, by the key columns of the
report, the figures of each row. A set stands for a list in a cell, in any
order. What a figure means is what the report's own description says.
"""

import collections
import datetime

from exports import INTERRUPTED, LEVELS

REPORTS = {}


def report(name, *keys, adds_up=False, derived=False, partial=False):
    """Registers a recount. adds_up: rows of one key are added before they are compared.
    derived: it takes the reports as well, for what a finding or an incident is nobody counts again.
    partial: the report may have rows that are not counted again."""

    def register(function):
        REPORTS.setdefault(name, []).append((function, keys, adds_up, derived, partial))
        return function

    return register


# Codes of refused credentials: wrong password or secret, unknown or locked account.
CREDENTIALS = {50034, 50053, 50056, 50126, 7000215}
# Codes that end a sign-in after the first factor was right, or a session was held (50173).
AFTER_PASSWORD = {50055, 50057, 50105, 50173, 53000, 53001, 53002, 53003, 53004, 500121, 530002, 530003, 530032}
LEGACY = {
    "authenticated smtp", "autodiscover", "exchange activesync", "exchange online powershell", "exchange web services", "imap", "imap4", "mapi",
    "mapi over http", "offline address book", "outlook anywhere (rpc over http)", "outlook service", "pop", "pop3", "reporting web services", "smtp", "other clients",
}
WEEKDAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]
DAY = datetime.timedelta(days=1)


def grouped(records, *keys):
    """The records by a key, or by several in a tuple."""
    groups = collections.defaultdict(list)
    for record in records:
        groups[tuple(key(record) if callable(key) else getattr(record, key) for key in keys)].append(record)
    return groups


def different(records, name):
    return len({getattr(r, name) for r in records} - {None})


def named(records, name):
    return {str(getattr(r, name)) for r in records if getattr(r, name) is not None}


def status(records):
    counts = collections.Counter(r.status for r in records)
    return {"success": counts["success"], "failure": counts["failure"], "interrupted": counts["interrupted"]}


def seen(records):
    times = [r.event_time for r in records if r.event_time]
    return {"first_seen": min(times, default=None), "last_seen": max(times, default=None)}


def succeeded(records):
    return [r for r in records if r.status == "success"]


def percent(part, whole):
    return round(100 * part / whole, 1) if whole else None


def kinds(records):
    counts = collections.Counter(r.category for r in records)
    return {kind: counts[kind] for kind in ("interactive", "non_interactive")}


def period(evidence):
    times = [r.event_time for r in evidence.sign_ins if r.event_time]
    return min(times, default=None), max(times, default=None)


def recent(evidence):
    """Where the last seven days begin, and how many whole days lie before them."""
    first, last = period(evidence)
    begin = last - 7 * DAY
    return begin, max((begin - first).days, 0)


def new_in_last_week(evidence, records):
    begin, days = recent(evidence)
    first = min((r.event_time for r in succeeded(records)), default=None)
    return {"baseline_days": days, "is_new": None if not days else first is not None and first >= begin}


def week(at):
    year, number, _ = at.isocalendar()
    return f"{year}-W{number:02d}"


def monday(at):
    return at.date() - at.weekday() * DAY


def weeks(evidence):
    """All weeks from the first to the last sign-in, each with its Monday and how many of its days lie between the two."""
    first, last = period(evidence)
    begin = monday(first)
    while begin <= last.date():
        covered = (min(begin + 6 * DAY, last.date()) - max(begin, first.date())).days + 1
        yield week(datetime.datetime.combine(begin, datetime.time())), {"week_starts": str(begin), "days_covered": covered, "is_cut": covered < 7}
        begin += 7 * DAY


# Sign-ins


@report("signin_list", "id", "event_time")
def signin_list(evidence):
    return {
        (r.id, r.event_time): {
            "user_principal_name": r.user, "app_display_name": r.app, "app_id": r.app_id, "status": r.status,
            "error_code": r.error_code, "authentication_requirement": r.requirement, "ip_address": r.ip_address, "country": r.country,
            "city": r.city, "state": r.state, "conditional_access_status": r.conditional_access, "category": r.category, "user_id": r.user_id,
            "service_principal_name": r.service_principal, "service_principal_id": r.service_principal_id, "resource_display_name": r.resource,
            "client_app": r.client_app, "is_legacy_auth": None if r.client_app is None else r.client_app.lower() in LEGACY,
            "user_agent": r.user_agent, "device_id": r.device_id, "device_name": r.device_name, "operating_system": r.operating_system,
            "browser": r.browser, "session_id": r.session_id, "unique_token_id": r.unique_token_id, "correlation_id": r.correlation_id,
            "autonomous_system_number": r.network, "mfa_method": r.mfa_method,
        }
        for r in evidence.sign_ins
    }


@report("signin_users", "user_principal_name")
def signin_users(evidence):
    rows = {}
    begin, _ = recent(evidence)
    for (user,), records in grouped((r for r in evidence.sign_ins if r.user), "user").items():
        good = succeeded(records)
        hours = collections.Counter(r.event_time.hour for r in good)
        days = collections.Counter(r.event_time.weekday() for r in good)
        first = min((r.event_time for r in good), default=None)
        earlier = (begin - first).days if first and first < begin else None
        rows[(user,)] = {
            "sign_ins": len(records), **status(records), **kinds(records), **seen(records),
            "credential_failures": sum(r.status == "failure" and r.error_code in CREDENTIALS for r in records),
            "stopped_after_password": sum(r.status == "failure" and r.error_code in AFTER_PASSWORD for r in records),
            "last_success": max((r.event_time for r in good), default=None),
            "active_days": len({r.event_time.date() for r in records}),
            "countries": named(good, "country"), "networks": {"AS" + n for n in named(good, "network")}, "ip_addresses": different(records, "ip_address"),
            "applications": different(records, "app_id"), "clients": named(good, "client_app"),
            "mfa_percent": percent(sum(r.requirement == "multi_factor" for r in good), sum(r.requirement is not None for r in good)),
            "usual_hours": hour_ranges({h for h, n in hours.items() if 20 * n >= len(good)}),
            "usual_weekdays": " ".join(WEEKDAYS[d][:3] for d in sorted(days) if 20 * days[d] >= len(good)) or None,
            "baseline_days": earlier,
        }
    return rows


def hour_ranges(hours):
    """Hours as ranges from the first to the end of the last, 06-08 for 6 and 7."""
    ranges = []
    for hour in sorted(hours):
        if ranges and ranges[-1][1] == hour - 1:
            ranges[-1][1] = hour
        else:
            ranges.append([hour, hour])
    return {f"{a:02d}-{b + 1:02d}" for a, b in ranges}


@report("signin_weekly", "week")
def signin_weekly(evidence):
    by_week = grouped(evidence.sign_ins, lambda r: week(r.event_time))
    rows, before = {}, None
    for name, covered in weeks(evidence):
        records = by_week.get((name,), [])
        whole = before and not before[1] and not covered["is_cut"] and before[0]
        rows[(name,)] = {
            **covered, "sign_ins": len(records), **status(records), **kinds(records), "users": different(records, "user"),
            "users_signed_in": different(succeeded(records), "user"), "service_principals": different(records, "service_principal_id"),
            "change_percent": percent(len(records) - before[0], before[0]) if whole else None,
        }
        before = len(records), covered["is_cut"]
    return rows


@report("signin_daily", "day")
def signin_daily(evidence):
    first, last = period(evidence)
    by_day = grouped(evidence.sign_ins, lambda r: r.event_time.date())
    rows = {}
    for n in range((last.date() - first.date()).days + 1):
        day = first.date() + n * DAY
        records = by_day.get((day,), [])
        rows[(str(day),)] = {
            "weekday": WEEKDAYS[day.weekday()], "is_edge": day in (first.date(), last.date()), "sign_ins": len(records), **status(records),
            **kinds(records), "users": different(records, "user"), "users_signed_in": different(succeeded(records), "user"),
            "service_principals": different(records, "service_principal_id"),
        }
    return rows


@report("signin_hours", "weekday", "hour")
def signin_hours(evidence):
    groups = grouped(evidence.sign_ins, lambda r: r.event_time.weekday(), lambda r: r.event_time.hour)
    return {
        (WEEKDAYS[d], str(h)): {"sign_ins": len(groups.get((d, h), [])), **status(groups.get((d, h), [])), "users": different(groups.get((d, h), []), "user")}
        for d in range(7) for h in range(24)
    }


@report("signin_status", "status")
def signin_status(evidence):
    return {
        key: {
            "sign_ins": len(records), "percent": percent(len(records), len(evidence.sign_ins)), "users": different(records, "user"),
            "applications": different(records, "app_id"), "ip_addresses": different(records, "ip_address"), **kinds(records), **seen(records),
            "service_principal": sum(r.category == "service_principal" for r in records),
            "managed_identity": sum(r.category == "managed_identity" for r in records),
        }
        for key, records in grouped(evidence.sign_ins, "status").items()
    }


@report("signin_failures", "status", "error_code", adds_up=True)
def signin_failures(evidence):
    return {
        (key[0], str(key[1])): {"sign_ins": len(records)}
        for key, records in grouped((r for r in evidence.sign_ins if r.status in ("failure", "interrupted")), "status", "error_code").items()
    }


@report("signin_locations", "country", "state", "city")
def signin_locations(evidence):
    return {
        key: {
            "sign_ins": len(records), **status(records), **seen(records), "users": different(records, "user"),
            "users_signed_in": different(succeeded(records), "user"), "ip_addresses": different(records, "ip_address"),
            "networks": different(records, "network"), **new_in_last_week(evidence, records),
        }
        for key, records in grouped(evidence.sign_ins, "country", "state", "city").items()
    }


@report("signin_ips", "ip_address")
def signin_ips(evidence):
    return {
        key: {
            "sign_ins": len(records), **status(records), **seen(records), "users": different(records, "user"),
            "users_signed_in": different(succeeded(records), "user"),
            "credential_failures": sum(r.status == "failure" and r.error_code in CREDENTIALS for r in records),
            "stopped_after_password": sum(r.status == "failure" and r.error_code in AFTER_PASSWORD for r in records),
            **(new_in_last_week(evidence, records) if key[0] else {"is_new": None}),
        }
        for key, records in grouped(evidence.sign_ins, "ip_address").items()
    }


@report("signin_clients", "client_app")
def signin_clients(evidence):
    return {
        key: {
            "sign_ins": len(records), **status(records), **seen(records), "users": different(records, "user"),
            "users_signed_in": different(succeeded(records), "user"), "ropc": sum((r.protocol or "").lower() == "ropc" for r in records),
            "device_code": sum((r.protocol or "").lower() == "devicecode" or (r.transfer or "").lower() == "devicecodeflow" for r in records),
            "authentication": None if key[0] is None else "legacy" if key[0].lower() in LEGACY else "modern",
        }
        for key, records in grouped(evidence.sign_ins, "client_app").items()
    }


@report("signin_devices", "device_id", adds_up=True)
def signin_devices(evidence):
    return {key: {"sign_ins": len(records), **status(records)} for key, records in grouped(evidence.sign_ins, "device_id").items()}


@report("signin_mfa", "authentication_requirement", "status", adds_up=True)
def signin_mfa(evidence):
    return {key: {"sign_ins": len(records)} for key, records in grouped(evidence.sign_ins, "requirement", "status").items()}


@report("signin_legacy", "user_principal_name", "client_app", "app_display_name")
def signin_legacy(evidence):
    records = (r for r in evidence.sign_ins if (r.client_app or "").lower() in LEGACY)
    return {
        key: {
            "sign_ins": len(records), **status(records), **seen(records), "ip_addresses": different(records, "ip_address"),
            "ip_address_list": named(records, "ip_address"), "countries": named(records, "country"),
            "last_success": max((r.event_time for r in succeeded(records)), default=None),
        }
        for key, records in grouped(records, "user", "client_app", "app").items()
    }


# Applications


@report("top_apps", "app_id", "app_display_name")
def top_apps(evidence):
    rows = {}
    for key, records in grouped(evidence.sign_ins, "app_id", "app").items():
        counts = status(records)
        rows[key] = {
            "sign_ins": len(records), **counts, **seen(records), "users": different(records, "user"),
            "service_principals": different(records, "service_principal_id"), "success_percent": percent(counts["success"], counts["success"] + counts["failure"]),
            "last_used": max((r.event_time for r in succeeded(records)), default=None),
        }
    return rows


@report("app_users", "app_id", "app_display_name", "user_principal_name", "service_principal_name", adds_up=True)
def app_users(evidence):
    return {
        key: {"sign_ins": len(records), **status(records)}
        for key, records in grouped(evidence.sign_ins, "app_id", "app", "user", "service_principal").items()
    }


@report("app_new", "app_id", "app_display_name")
def app_new(evidence):
    start, _ = period(evidence)
    rows = {}
    for key, records in grouped(evidence.sign_ins, "app_id", "app").items():
        first = min(r.event_time for r in records)
        counts = status(records)
        rows[key] = {
            "sign_ins": len(records), **counts, **seen(records), "users": different(records, "user"), "users_signed_in": different(succeeded(records), "user"),
            "success_percent": percent(counts["success"], counts["success"] + counts["failure"]), "baseline_days": (first - start).days,
        }
    return rows


@report("app_weekly", "week", "app_id")
def app_weekly(evidence):
    apps = grouped(evidence.sign_ins, "app_id")
    # Three, and of equal ones those whose name comes first.
    top = sorted(apps.items(), key=lambda item: (-len(item[1]), (item[1][0].app or "").lower(), item[0]))[:3]
    rows = {}
    for rank, ((app,), records) in enumerate(top, 1):
        by_week = grouped(records, lambda r: week(r.event_time))
        for name, covered in weeks(evidence):
            mine = by_week.get((name,), [])
            rows[(name, app)] = {**covered, "sign_ins": len(mine), **status(mine), "users": different(mine, "user"), "rank": rank}
    return rows


# Conditional Access


def outcome(records):
    counts = collections.Counter(r.conditional_access for r in records)
    return {"success": counts["success"], "failure": counts["failure"], "not_applied": counts["not_applied"], "not_stated": counts[None]}


@report("ca_status", "conditional_access_status")
def ca_status(evidence):
    rows = {}
    for key, records in grouped(evidence.sign_ins, "conditional_access").items():
        need = collections.Counter(r.requirement for r in records)
        rows[key] = {
            "sign_ins": len(records), **status(records), **seen(records), "percent": percent(len(records), len(evidence.sign_ins)),
            "users": different(records, "user"), "applications": different(records, "app_id"), "multi_factor": need["multi_factor"],
            "single_factor": need["single_factor"], "with_policy_detail": sum(has_detail(evidence, r) for r in records),
        }
    return rows


def has_detail(evidence, record):
    """The export carries the policies: a file in which no sign-in has any was written without the right to see them."""
    files = evidence.__dict__.setdefault("policy_files", {path for path, records in evidence.files.items() if any(r.policies for r in records)})
    return any(c.policies is not None and (c.policies or c.path in files) for c in record.copies)


@report("ca_weekly", "week")
def ca_weekly(evidence):
    by_week = grouped(evidence.sign_ins, lambda r: week(r.event_time))
    return {(name,): {**covered, "sign_ins": len(by_week.get((name,), [])), **outcome(by_week.get((name,), []))} for name, covered in weeks(evidence)}


@report("ca_breakdown", "dimension", "value", adds_up=True)
def ca_breakdown(evidence):
    rows = {}
    for dimension, name in (("application", "app"), ("client_app", "client_app"), ("user", "user")):
        for (value,), records in grouped(evidence.sign_ins, name).items():
            if dimension == "user" and value is None:
                continue
            rows[(dimension, value)] = {"sign_ins": len(records), **outcome(records)}
    return rows


def policy_rows(evidence):
    for r in evidence.sign_ins:
        for p in r.policies or []:
            yield r, p


@report("ca_policies", "policy_id")
def ca_policies(evidence):
    groups = collections.defaultdict(list)
    for r, p in policy_rows(evidence):
        groups[(p["id"],)].append((r, p))
    rows = {}
    for key, pairs in groups.items():
        counts = collections.Counter(p["result"] for _, p in pairs)
        enforced = [r for r, p in pairs if p["result"] in ("success", "failure")]
        rows[key] = {
            "sign_ins": len(pairs), "success": counts["success"], "failure": counts["failure"], "not_applied": counts["notApplied"],
            "not_enabled": counts["notEnabled"], "report_only_success": counts["reportOnlySuccess"], "report_only_failure": counts["reportOnlyFailure"],
            "report_only_interrupted": counts["reportOnlyInterrupted"], "report_only_not_applied": counts["reportOnlyNotApplied"],
            "enforced_sign_ins": len(enforced), "enforced_users": different(enforced, "user"), **seen([r for r, _ in pairs]),
            "first_enforced": min((r.event_time for r in enforced), default=None), "last_enforced": max((r.event_time for r in enforced), default=None),
            "in_use": any(counts[x] for x in ("success", "failure", "reportOnlySuccess", "reportOnlyFailure", "reportOnlyInterrupted")),
        }
    return rows


@report("ca_report_only", "policy_id", "result", "user_principal_name")
def ca_report_only(evidence):
    groups = collections.defaultdict(list)
    for r, p in policy_rows(evidence):
        if p["result"] in ("reportOnlySuccess", "reportOnlyFailure", "reportOnlyInterrupted"):
            groups[(p["id"], p["result"], r.user)].append(r)
    return {
        key: {
            "sign_ins": len(records), "success": len(succeeded(records)), **seen(records), "applications": named(records, "app"),
            "ip_addresses": named(records, "ip_address"), "countries": named(records, "country"),
        }
        for key, records in groups.items()
    }


@report("ca_gaps", "app_id", "app_display_name", "client_app", "country")
def ca_gaps(evidence):
    covered = {r.app_id for r in evidence.sign_ins if r.conditional_access in ("success", "failure")}
    gaps = (r for r in evidence.sign_ins if r.status == "success" and r.user and r.requirement == "single_factor" and r.conditional_access == "not_applied"
            and r.category not in ("service_principal", "managed_identity"))
    return {
        key: {
            "sign_ins": len(records), "users": different(records, "user"), "user_list": named(records, "user"), **seen(records),
            "without_device": sum(r.device_id is None for r in records), "app_never_covered": key[0] not in covered,
        }
        for key, records in grouped(gaps, "app_id", "app", "client_app", "country").items()
    }


# What Conditional Access or the security defaults refuse.
BLOCKED = {53000, 53001, 53002, 53003, 53004, 530002, 530003, 530032}


@report("ca_blocked", "error_code", "user_principal_name", "app_display_name", adds_up=True)
def ca_blocked(evidence):
    records = (r for r in evidence.sign_ins if r.error_code in BLOCKED)
    return {(str(key[0]), *key[1:]): {"sign_ins": len(records)} for key, records in grouped(records, "error_code", "user", "app").items()}


@report("ca_detail", "result", "policy_id", adds_up=True)
def ca_detail(evidence):
    """Of each policy the refusals, and in report-only mode what would have been one; all results where few sign-ins are there.
    A refusal whose policies the export does not have is a row of its own, and of few sign-ins each without policies."""
    few = len(evidence.sign_ins) <= 100
    rows = collections.Counter((p["result"], p["id"]) for _, p in policy_rows(evidence) if few or p["result"] in ("failure", "reportOnlyFailure"))
    rows[None, None] = sum(not r.policies and (r.conditional_access == "failure" or few and not has_detail(evidence, r)) for r in evidence.sign_ins)
    return {key: {"": n} for key, n in rows.items() if n}


# The unified audit log


def logons(records):
    return [r for r in records if r.operation in ("UserLoggedIn", "UserLoginFailed")]


@report("audit_list", "id", "event_time")
def audit_list(evidence):
    return {
        (r.id, r.event_time): {
            "user_id": r.user, "operation": r.operation, "object_id": r.object_id, "ip_address": r.ip_address, "workload": r.workload, "result_status": r.result_status, "session_id": r.session_id, "unique_token_id": r.unique_token_id,
            "sign_in_id": r.sign_in_id, "record_type": r.record_type, "is_system": r.is_system,
        }
        for r in evidence.audit_events
    }


@report("audit_operations", "workload", "operation")
def audit_operations(evidence):
    rows = {}
    for key, records in grouped(evidence.audit_events, "workload", "operation").items():
        people = [r for r in records if not r.is_system]
        rows[key] = {
            "events": len(records), "by_people": len(people), "by_system": len(records) - len(people), "users": different(people, "user"),
            "ip_addresses": different(records, "ip_address"), **seen(records),
        }
    return rows


@report("audit_users", "user_id")
def audit_users(evidence):
    rows = {}
    for key, records in grouped(evidence.audit_events, "user").items():
        rows[key] = {
            "events": len(records), "is_system": all(r.is_system for r in records), "logons": len(logons(records)), "operations": different(records, "operation"),
            "logons_failed": sum(logon_status(r) == "failure" for r in logons(records)), "workloads": named(records, "workload"),
            "ip_addresses": different(records, "ip_address"), "sessions": different(records, "session_id"),
            "active_days": len({r.event_time.date() for r in records}), **seen(records),
        }
    return rows


def logon_status(record):
    if record.error_number in INTERRUPTED:
        return "interrupted"
    return "failure" if record.operation == "UserLoginFailed" or record.error_number else "success"


@report("audit_logons", "status", "operation", "error_number", "logon_error")
def audit_logons(evidence):
    return {
        (key[0], key[1], None if key[2] is None else str(key[2]), key[3]): {
            "events": len(records), "users": different(records, "user"), "ip_addresses": different(records, "ip_address"),
            "sessions": different(records, "session_id"), **seen(records),
            "result_said_success": sum((r.result_status or "").lower() in ("success", "succeeded", "true") for r in records),
        }
        for key, records in grouped(logons(evidence.audit_events), logon_status, "operation", "error_number", "logon_error").items()
    }


MAILBOX = {
    "MailItemsAccessed", "Send", "SendAs", "SendOnBehalf", "Create", "Update", "Move", "Copy", "MoveToDeletedItems", "SoftDelete", "HardDelete",
    "FolderBind", "MessageBind", "MailboxLogin", "UpdateInboxRules", "ModifyFolderPermissions",
}


def items(data):
    """The messages that a record of a mailbox lists."""
    synced = {"Name": "MailAccessType", "Value": "Sync"} in (data.get("OperationProperties") or [])
    if synced or data["Operation"] in ("UpdateInboxRules", "ModifyFolderPermissions"):  # the item is a folder, or a rule
        return []
    if data.get("Folders"):
        return [item for folder in data["Folders"] for item in folder.get("FolderItems") or []]
    if data.get("AffectedItems"):
        return data["AffectedItems"]
    return [data["Item"]] if isinstance(data.get("Item"), dict) else []


@report("mailbox_activity", "id", "event_time")
def mailbox_activity(evidence):
    rows = {}
    for r in evidence.audit_events:
        if r.operation in MAILBOX and r.record_type in (2, 3, 50):
            listed = items(r.data)
            rows[r.id, r.event_time] = {
                "user_id": r.user, "operation": r.operation, "ip_address": r.ip_address, "session_id": r.session_id,
                "messages": len(listed) or r.data.get("OperationCount"), "mailbox": (r.data.get("MailboxOwnerUPN") or "").lower() or None,
                "message_ids": {i["InternetMessageId"] for i in listed if i.get("InternetMessageId")},
            }
    return rows


@report("file_activity", "id", "event_time")
def file_activity(evidence):
    """What was done to files and folders (type 6), and who was let in (type 14); a setting of the tenant is no act on a file."""
    return {
        (r.id, r.event_time): {"user_id": r.user, "operation": r.operation, "object_id": r.object_id, "ip_address": r.ip_address}
        for r in evidence.audit_events
        if r.workload in ("SharePoint", "OneDrive") and r.record_type in (6, 14) and r.operation != "SharingPolicyChanged"
    }


@report("directory_changes", "source", "id", adds_up=True)
def directory_changes(evidence):
    """A row a changed property, or one where none was changed."""
    rows = collections.Counter()
    for r in evidence.audit_events:
        if r.record_type == 8 and isinstance(r.data.get("ModifiedProperties", []), list):
            rows["audit_events", r.id] += max(1, len(r.data.get("ModifiedProperties", [])))
    for r in evidence.events["directory_audits"]:
        rows["directory_audits", r.id] += max(1, r.changes)
    return {key: {"": n} for key, n in rows.items()}


# What changes a mailbox or the flow of mail, as the Exchange cmdlets and the mailboxes log it.
SETTINGS = (
    {f"{verb}-InboxRule" for verb in ("New", "Set", "Remove", "Enable", "Disable")} | {f"{verb}-TransportRule" for verb in ("New", "Set", "Remove", "Enable", "Disable")}
    | {f"{verb}-{way}boundConnector" for verb in ("New", "Set", "Remove") for way in ("In", "Out")}
    | {f"{verb}-{what}Permission" for verb in ("Add", "Set", "Remove") for what in ("Mailbox", "Recipient", "MailboxFolder")}
    | {"UpdateInboxRules", "Set-Mailbox", "ModifyFolderPermissions", "AddFolderPermissions", "Set-CASMailbox", "Set-MailboxJunkEmailConfiguration", "Set-MailboxAuditBypassAssociation"}
)


@report("mailbox_changes", "id", "event_time")
def mailbox_changes(evidence):
    rows = {}
    for r in evidence.audit_events:
        if r.operation in SETTINGS and not r.is_system:
            settings = [p for name in ("Parameters", "OperationProperties") for p in r.data.get(name) or [] if isinstance(p, dict)]
            names = [p.get("Value") for p in settings if p.get("Name") in ("Name", "RuleName")]
            rows[r.id, r.event_time] = {
                "user_id": r.user, "operation": r.operation, "ip_address": r.ip_address, "session_id": r.session_id,
                "done": (r.result_status or "").lower() not in ("false", "failed", "failure"), "rule": names[0] if names else None,
            }
    return rows


# Risk, provisioning and mail flow


def level(*levels):
    return max((l for l in levels if l in LEVELS), key=LEVELS.index, default=None)


@report("signin_risk", "id", "event_time")
def signin_risk(evidence):
    found = grouped((d for d in evidence.events["risk_detections"] if d.request_id), "request_id")
    rows = {}
    for r in evidence.sign_ins:
        mine = found.pop((r.id,), [])
        if mine or level(r.during, r.risk["level"]) or r.risk["state"] not in (None, "none", "hidden") or r.risk_types - {"none"}:
            rows[r.id, r.event_time] = {
                "user_principal_name": r.user, "status": r.status, "ip_address": r.ip_address, "detections": len(mine),
                "risk_level": level(r.during, r.risk["level"], *(d.risk["level"] for d in mine)),
                "risk_state": r.risk["state"] if r.risk["state"] not in (None, "none", "hidden") or not mine else max(mine, key=lambda d: d.risk["updated"]).risk["state"],
            }
    ids = {r.id for r in evidence.sign_ins}
    for d in evidence.events["risk_detections"]:
        if d.request_id not in ids:
            rows[d.request_id, d.event_time] = {
                "user_principal_name": d.user and d.user.lower(), "status": None, "ip_address": d.ip_address, "risk_level": level(d.risk["level"]),
                "risk_state": d.risk["state"], "risk_event_types": d.kind, "detections": 1,
            }
    return rows


@report("risky_users", "id")
def risky_users(evidence):
    found = grouped((d for d in evidence.events["risk_detections"] if d.user_id), "user_id")
    held = {u.id: u for u in evidence.events["risky_users"]}
    rows = {}
    for user in held.keys() | {key for (key,) in found}:
        mine, times = found.get((user,), []), seen(found.get((user,), []))
        rows[(user,)] = {
            "risk_level": user in held and held[user].risk["level"] or None, "risk_state": user in held and held[user].risk["state"] or None,
            "event_time": user in held and held[user].risk["updated"] or None, "detections": len(mine), "risk_event_types": named(mine, "kind"),
            "ip_addresses": named(mine, "ip_address"), "first_detection": times["first_seen"], "last_detection": times["last_seen"],
        }
    return rows


@report("risk_history", "log", "id", "risk_level", "risk_state")
def risk_history(evidence):
    """A row a copy whose state is no longer the one that counts."""
    rows = {}
    for log in ("sign_ins", "risk_detections", "risky_users"):
        for r in evidence.events[log]:
            for copy in r.copies:
                if (copy.risk["level"], copy.risk["state"]) != (r.risk["level"], r.risk["state"]) and copy.risk["state"]:
                    rows[log, r.id, copy.risk["level"], copy.risk["state"]] = {"updated_at": copy.risk["updated"], "now_level": r.risk["level"], "now_state": r.risk["state"]}
    return rows


@report("provisioning", "id", "event_time")
def provisioning(evidence):
    return {
        (r.id, r.event_time): {
            "action": r.action, "status": r.outcome, "source_identity": r.source, "change_id": r.change_id,
            "modified_properties": "; ".join(sorted(r.changes)) or None,
        }
        for r in evidence.events["provisioning_events"]
    }


@report("mail_trace", "id")
def mail_trace(evidence):
    sent = collections.defaultdict(set)
    for r in evidence.audit_events:
        if r.operation in ("Send", "SendAs", "SendOnBehalf"):
            sent[(r.data.get("Item") or {}).get("InternetMessageId")].add(r.user)
    return {
        key: {
            "event_time": seen(records)["first_seen"], "sender_address": records[0].sender, "recipients": named(records, "recipient"), "subject": records[0].subject,
            "status": named(records, "status"), "ip_address": records[0].ip_address, "sent_by": sent.get(records[0].raw["MessageId"], set()),
        }
        for key, records in grouped(evidence.events["message_trace"], "id").items()
    }


# Sessions and the timeline


def all_events(evidence):
    for log in ("sign_ins", "audit_events", "directory_audits", "risk_detections", "risky_users", "provisioning_events", "message_trace", "graph_activity"):
        yield from evidence.events[log]


@report("timeline", "source", "id", "event_time")
def timeline(evidence):
    # A logon of the audit log is the row of the sign-in that has its id, or that issued its token.
    sign_ins = {str(r.id).lower() for r in evidence.sign_ins if r.id}

    def is_of_sign_in(r):
        is_logon = r.log == "audit_events" and (r.record_type in (9, 15) or r.operation in ("UserLoggedIn", "UserLoginFailed"))
        return is_logon and bool({str(r.id).lower(), str(r.sign_in_id).lower()} & sign_ins)

    return {
        (r.log, r.id, r.event_time): {
            "ip_address": r.ip_address, "session_id": r.session_id,
            **({"action": r.operation} if r.log == "audit_events" else {}),
            **({"actor": r.user or r.service_principal, "result": r.status if not r.error_code else f"{r.status} {r.error_code}"} if r.log == "sign_ins" else {}),
        }
        for r in all_events(evidence)
        if not is_of_sign_in(r)
    }


@report("sessions", "session_id")
def sessions(evidence):
    rows = {}
    for key, records in grouped((r for r in evidence.sign_ins + evidence.audit_events if r.session_id), "session_id").items():
        mine = [r for r in records if r.log == "sign_ins"]
        audit = [r for r in records if r.log == "audit_events"]
        times = seen(records)
        roots = sorted((r for r in mine if r.status == "success" and r.category == "interactive"), key=lambda r: r.event_time)
        counts = status(mine)
        rows[key] = {
            "sign_ins": len(mine), "sign_ins_success": counts["success"], "sign_ins_failure": counts["failure"], "sign_ins_interrupted": counts["interrupted"],
            "sign_ins_interactive": kinds(mine)["interactive"], "sign_ins_non_interactive": kinds(mine)["non_interactive"], "audit_events": len(audit),
            "audit_workloads": {f"{w} {n}" for w, n in collections.Counter(r.workload for r in audit).items() if w}, **times,
            "duration_minutes": (times["last_seen"] - times["first_seen"]) // datetime.timedelta(minutes=1),
            "root_sign_in_id": roots[0].id if roots else None, "root_ip_address": roots[0].ip_address if roots else None,
        }
    return rows


@report("session_events", "session_id", "id", "activity", adds_up=True)
def session_events(evidence):
    rows = collections.Counter()
    for r in all_events(evidence):
        if r.session_id:
            rows[r.session_id, r.id, "Sign-in" if r.log == "sign_ins" else r.operation] += 1
    return {key: {"": n} for key, n in rows.items()}


def placed(record):
    """0.0.0.0 is no place."""
    return None if record.ip_address == "0.0.0.0" else record.ip_address


@report("token_lineage", "unique_token_id", "used_ip_address")
def token_lineage(evidence):
    issued = {r.id: r for r in evidence.sign_ins}
    rows = {}
    for key, records in grouped((r for r in all_events(evidence) if r.unique_token_id and r.log != "sign_ins"), "unique_token_id", placed).items():
        times = seen(records)
        root = issued.get(records[0].sign_in_id)
        rows[key] = {
            "events": len(records), "first_use": times["first_seen"], "last_use": times["last_seen"], "sign_in_found": root is not None,
            "sign_in_id": records[0].sign_in_id, "issued_ip_address": root and root.ip_address, "operations": named(records, "operation"),
            "workloads": named(records, "workload"),
        }
    return rows


# The evidence


@report("files", "path")
def files(evidence):
    rows = {}
    for path, records in evidence.files.items():
        kept = [r for r in records if r.log != "sign_in_steps"]
        times = seen(records if not kept else kept)
        rows[(path,)] = {"records": len(records), "rejected": 0, "first_event": times["first_seen"], "last_event": times["last_seen"]}
    return rows


@report("files", adds_up=True)
def files_together(evidence):
    """Which of two equal records stays is the program's to say; how many do is not."""
    copies, events = sum(map(len, evidence.copies.values())), sum(map(len, evidence.events.values()))
    return {(): {"records": copies, "loaded": events, "duplicates": copies - events}}


@report("duplicates", "source", "id", adds_up=True)
def duplicates(evidence):
    rows = collections.Counter()
    for events in evidence.events.values():
        for r in events:
            if len(r.copies) > 1:
                rows[r.log, r.id] += len(r.copies) - 1
    return {key: {"": n} for key, n in rows.items()}


@report("contradictions", "source", "id", adds_up=True)
def contradictions(evidence):
    rows = collections.Counter()
    for log, events in evidence.events.items():
        for key, same in grouped((r for r in events if r.id and log not in ("sign_in_steps", "message_trace")), "id", lambda r: r.event_time and r.event_time.replace(microsecond=0)).items():
            if len(same) > 1:
                rows[log, key[0]] += len(same)
    return {key: {"": n} for key, n in rows.items()}


@report("coverage", "log", partial=True)
def coverage(evidence):
    rows = {}
    logs = {f"sign-ins: {kind}": records for (kind,), records in grouped(evidence.sign_ins, "category").items() if kind}
    logs |= {f"unified audit log: {w}": records for (w,), records in grouped(evidence.audit_events, "workload").items() if w}
    for log, records in logs.items():
        times = sorted(r.event_time for r in records)
        days = {t.date() for t in times}
        rows[(log,)] = {
            "records": len(records), "first_event": times[0], "last_event": times[-1], "days": len(days),
            "days_without": (times[-1].date() - times[0].date()).days + 1 - len(days), "with_session_id": sum(r.session_id is not None for r in records),
            "longest_gap_hours": round(max(((b - a).total_seconds() for a, b in zip(times, times[1:])), default=0) / 3600, 1) if len(times) > 1 else None,
        }
    return rows


@report("coverage_daily", "day")
def coverage_daily(evidence):
    rows = collections.defaultdict(dict)
    columns = {"unified_audit_log": evidence.audit_events, "directory_audit_log": evidence.events["directory_audits"]}
    for kind in ("interactive", "non_interactive", "service_principal", "managed_identity"):
        columns[kind] = [r for r in evidence.sign_ins if r.category == kind]
    everything = [r.event_time.date() for records in columns.values() for r in records]
    everything += [r.event_time.date() for r in evidence.sign_ins]
    for n in range((max(everything) - min(everything)).days + 1):
        day = min(everything) + n * DAY
        for column, records in columns.items():
            dates = evidence.__dict__.setdefault("days", {}).setdefault(column, collections.Counter(r.event_time.date() for r in records))
            begun = dates and min(dates) <= day <= max(dates)
            rows[(str(day),)][column] = dates[day] if begun else None
    return rows


@report("coverage_users", "user")
def coverage_users(evidence):
    signed, acted = collections.defaultdict(list), collections.defaultdict(list)
    for r in evidence.sign_ins:
        if r.user:
            signed[r.user].append(r)
    for r in evidence.audit_events:
        if r.user and "@" in r.user and not r.is_system and r.record_type != 15:
            acted[home_name(r.user)].append(r)
    rows = {}
    for user in signed.keys() | acted.keys():
        days, acts = {r.event_time.date() for r in signed[user]}, {r.event_time.date() for r in acted[user]}
        first, last = min(days | acts), max(days | acts)
        good = {r.event_time for r in succeeded(signed[user])}
        rows[(user,)] = {
            "sign_ins": len(signed[user]), "audit_events": len(acted[user]), "days_with_sign_ins": len(days), "days_with_audit_events": len(acts),
            "days_without": (last - first).days + 1 - len(days | acts), "first_day": str(first), "last_day": str(last),
        }
    return rows


def home_name(user):
    """A guest's name at home: bob_partner.com#ext#@contoso.com is bob@partner.com."""
    if "#ext#" not in user:
        return user
    name, _, domain = user.split("#ext#")[0].rpartition("_")
    return name + "@" + domain


# What hangs on findings and incidents: which records these name is the program's
# judgement, what the named records say is not.


def referred(evidence, shown, text):
    """The records that a cell names, FILE_ID:RECORD."""
    found = []
    for reference in text.split():
        file_id, record = reference.split(":")
        found += evidence.by_place(shown.paths[file_id], int(record))
    return found


@report("findings", "finding_id", derived=True)
def findings(evidence, shown):
    rows = {}
    for row in shown.rows("findings"):
        records = referred(evidence, shown, row["evidence"])
        rows[(row["finding_id"],)] = {"first_seen": seen(records)["first_seen"]}
    return rows


@report("indicators", "type", "value", derived=True, partial=True)
def indicators(evidence, shown):
    """Records that bear the value, in the findings' evidence and elsewhere, are all that bear it."""
    bears = {"address": "ip_address", "ip": "ip_address", "session": "session_id", "session id": "session_id", "token": "unique_token_id", "token id": "unique_token_id"}
    rows = {}
    for row in shown.rows("indicators"):
        name = bears.get(row["type"].lower())
        if name:
            bearing = [r for r in all_events(evidence) if getattr(r, name) == row["value"]]
            rows[(row["type"], row["value"])] = {"records": len(bearing) - int(row["elsewhere"])}
    return rows


@report("mail_exposure", "incident", "action", "mailbox", "message_id", adds_up=True, derived=True, partial=True)
def mail_exposure(evidence, shown):
    """Every message that a record with a session or an address of an incident names; one with a session of one
    incident and an address of another belongs to the first."""
    actions = {"MailItemsAccessed": "read", "Send": "sent", "SendAs": "sent", "SendOnBehalf": "sent", "SoftDelete": "deleted", "HardDelete": "deleted",
               "MoveToDeletedItems": "deleted", "Move": "moved", "Create": "created", "Update": "changed", "Copy": "copied", "MessageBind": "read"}
    sessions, addresses = {}, {}
    for incident in shown.rows("incidents"):
        for traces, column in ((sessions, "session_ids"), (addresses, "ip_addresses")):
            for trace in filter(None, incident[column].split(", ")):
                traces.setdefault(trace, incident["incident"])
    rows = collections.Counter()
    for r in evidence.audit_events:
        incident = sessions.get(r.session_id) or addresses.get(r.ip_address)
        if incident and r.operation in actions and r.record_type in (2, 3, 50):
            for message in {i.get("InternetMessageId") for i in items(r.data)} - {None}:
                rows[incident, actions[r.operation], (r.data.get("MailboxOwnerUPN") or "").lower(), message] += 1
    return {key: {"events": n} for key, n in rows.items()}


@report("still_open", "kind", "object", "evidence", derived=True)
def still_open(evidence, shown):
    rows = {}
    for row in shown.rows("still_open"):
        times = seen(referred(evidence, shown, row["evidence"]))
        rows[(row["kind"], row["object"], row["evidence"])] = {"last_changed": times["last_seen"]}
        if row["kind"] != "permission of an application":  # it counts from the consent, which the log has a moment after the grant
            rows[(row["kind"], row["object"], row["evidence"])]["since"] = times["first_seen"]
    return rows


# Short forms


@report("summary", "section", "item", partial=True)
def summary(evidence):
    """The lines that are a number of records; the others are other reports' first rows, or sentences."""
    outcomes = collections.Counter(r.conditional_access for r in evidence.sign_ins)
    rows = {("evidence", "records"): sum(map(len, evidence.copies.values()))}
    if evidence.sign_ins:
        rows["sign-ins", "sign-ins"] = len(evidence.sign_ins)
        rows["sign-ins", "users"] = different(evidence.sign_ins, "user")
    for name, n in status(evidence.sign_ins).items():
        rows["sign-ins", name] = n
    for name in ("success", "failure", "not_applied"):
        rows["conditional access", name.replace("_", " ")] = outcomes[name]
    if evidence.audit_events:
        rows["audit log", "events"] = len(evidence.audit_events)
    return {key: {"value": n} for key, n in rows.items() if n}


ACTS = {"Messages read": "read", "Messages sent": "sent", "Messages deleted": "deleted"}


@report("totals", "item", derived=True, partial=True)
def totals(evidence, shown):
    """Of the gravest incident; what belongs to it is the program's judgement."""
    gravest = min((int(row["incident"]) for row in shown.rows("incidents")), default=None)
    messages = collections.defaultdict(set)
    for (incident, action, mailbox, message), _ in mail_exposure(evidence, shown).items():
        if gravest is not None and incident == str(gravest):
            messages[action].add((mailbox, message))
    return {(item,): {"value": len(messages[action])} for item, action in ACTS.items() if messages[action]}


# What nobody counts again, and why: another judgement would be no recount.
NOT_COUNTED = {
    "blast_radius": "what may hang together with an incident is weighed, not counted; its records are those of the timeline",
    "findings_not_looked_for": "it is the list of the program's own rules, by whether their tables are empty",
    "incidents": "which findings are one incident is the program's judgement; what their records say is counted in findings, mail_exposure and totals",
    "open_questions": "sentences about what the files can't say; the gaps themselves are counted in coverage",
    "story": "sentences; their numbers are those of totals and mail_exposure",
    "would_have_stopped": "what a policy would have done is a judgement on each sign-in; the sign-ins are counted in signin_list",
}
