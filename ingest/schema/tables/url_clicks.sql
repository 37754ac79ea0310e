-- description: Clicks on links that Safe Links checked, in mail, Teams and Office.
-- source: https://learn.microsoft.com/defender-xdr/advanced-hunting-urlclickevents-table
-- position: 22
-- words: action, workload, threat_types, detection_methods
-- log: Defender link clicks
-- id: id
-- time: event_time, required
-- actor: user_principal_name
-- action: 'link: ' || coalesce(action, 'clicked')
-- target: url
-- result: threat_types
-- bucket: user_principal_name
-- expected: no
-- identity: event_time, user_principal_name, url, action, network_message_id
-- get: Defender portal > Advanced hunting > UrlClickEvents > Export
create table url_clicks (
    file_id integer, -- the file it came from
    record bigint, -- its number in that file
    id varchar, -- ReportId
    event_time timestamp, -- when it was clicked (UTC)
    user_principal_name varchar, -- who, lower case
    url varchar, -- that was clicked
    action varchar, -- ClickAllowed, ClickBlocked, ...
    is_clicked_through boolean, -- the user went on to the page behind the warning
    workload varchar, -- Email, Teams, Office
    app_display_name varchar, -- the program that the click was in
    network_message_id varchar, -- emails.id, message_trace.id
    ip_address varchar, -- of the user
    threat_types varchar, -- Phish, Malware, ...
    detection_methods varchar, -- as logged
    url_chain varchar, -- redirections, as logged
    raw varchar -- the source record as JSON
);
