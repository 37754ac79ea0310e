-- title: The error chain that an AiTM (adversary in the middle) page leaves at OfficeHome, Office 365 or Exchange Online without
--   a device: second factor asked for, and stay signed in or the device too, then in
-- points: 2
-- techniques: T1557, T1539
-- kind: entry
select
    session,
    2 as points,
    'asked for everything anew at one sign-in, as behind a phishing page that passes it on: 50074 with 50140 or 53000' as sentence,
from session_facts
where is_chained
