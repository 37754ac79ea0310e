-- Codes that the load needs, kept in every case so that an analyst can see and join them.

-- Sign-ins with these error codes were interrupted, not refused: the user was
-- asked for something more. The portal shows them as Interrupted; its own list
-- is not published, this one follows the meaning of each code in
-- https://learn.microsoft.com/entra/identity-platform/reference-error-codes
create table interrupt_codes (
    error_code bigint, -- AADSTS number
    reason varchar -- what the user was asked for
);

insert into interrupt_codes values
    (16000, 'choose an account'),
    (16001, 'choose an account'),
    (16003, 'the account is not in this tenant yet'),
    (50055, 'the password has expired and must be changed'),
    (50058, 'no session to sign in with silently'),
    (50059, 'no tenant named in the request'),
    (50072, 'must enrol for multifactor authentication'),
    (50074, 'multifactor authentication is asked for'),
    (50076, 'multifactor authentication is asked for by a policy or a new place'),
    (50079, 'must enrol for multifactor authentication'),
    (50097, 'the device must authenticate'),
    (50125, 'password reset or registration came in between'),
    (50127, 'a broker app must be installed'),
    (50129, 'the device must be registered'),
    (50140, 'asked whether to stay signed in'),
    (50143, 'session does not match the resource tenant'),
    (50144, 'the on-premises password has expired'),
    (50158, 'sent on to an external challenge'),
    (50199, 'the user must confirm the sign-in'),
    (51006, 'Windows integrated authentication is needed'),
    (52004, 'the user must choose how to go on'),
    (65001, 'the user or an admin must consent'),
    (81010, 'seamless single sign-on ticket could not be read'),
    (81012, 'seamless single sign-on for another user'),
    (81014, 'seamless single sign-on ticket was too old');

-- Clients that sign in with a protocol that cannot do multifactor
-- authentication: https://learn.microsoft.com/entra/identity/monitoring-health/howto-customize-filter-logs
create table legacy_clients (
    client_app varchar -- as in sign_ins.client_app, lower case
);

insert into legacy_clients values
    ('authenticated smtp'),
    ('autodiscover'),
    ('exchange activesync'),
    ('exchange activesync (supported)'),
    ('exchange activesync (unsupported)'),
    ('exchange online powershell'),
    ('exchange web services'),
    ('imap'),
    ('imap4'),
    ('mapi'),
    ('mapi over http'),
    ('offline address book'),
    ('older office clients'),
    ('other clients'),
    ('other clients; imap'),
    ('other clients; mapi'),
    ('other clients; older office clients'),
    ('other clients; pop'),
    ('other clients; smtp'),
    ('outlook anywhere (rpc over http)'),
    ('outlook service'),
    ('pop'),
    ('pop3'),
    ('reporting web services'),
    ('smtp'),
    ('universal outlook');

-- Record types of the unified audit log, schema of 2026-06-24:
-- https://learn.microsoft.com/office/office-365-management-api/office-365-management-activity-api-schema
create table record_types (
    record_type integer, -- AuditData.RecordType
    name varchar -- as the cmdlet's RecordType column has it
);

insert into record_types values
    (1, 'ExchangeAdmin'),
    (2, 'ExchangeItem'),
    (3, 'ExchangeItemGroup'),
    (4, 'SharePoint'),
    (6, 'SharePointFileOperation'),
    (7, 'OneDrive'),
    (8, 'AzureActiveDirectory'),
    (9, 'AzureActiveDirectoryAccountLogon'),
    (10, 'DataCenterSecurityCmdlet'),
    (11, 'ComplianceDLPSharePoint'),
    (13, 'ComplianceDLPExchange'),
    (14, 'SharePointSharingOperation'),
    (15, 'AzureActiveDirectoryStsLogon'),
    (16, 'SkypeForBusinessPSTNUsage'),
    (17, 'SkypeForBusinessUsersBlocked'),
    (18, 'SecurityComplianceCenterEOPCmdlet'),
    (19, 'ExchangeAggregatedOperation'),
    (20, 'PowerBIAudit'),
    (21, 'CRM'),
    (22, 'Viva Engage'),
    (23, 'SkypeForBusinessCmdlets'),
    (24, 'Discovery'),
    (25, 'MicrosoftTeams'),
    (28, 'ThreatIntelligence'),
    (29, 'MailSubmission'),
    (30, 'MicrosoftFlow'),
    (31, 'AeD'),
    (32, 'MicrosoftStream'),
    (33, 'ComplianceDLPSharePointClassification'),
    (34, 'ThreatFinder'),
    (35, 'Project'),
    (36, 'SharePointListOperation'),
    (37, 'SharePointCommentOperation'),
    (38, 'DataGovernance'),
    (39, 'Kaizala'),
    (40, 'SecurityComplianceAlerts'),
    (41, 'ThreatIntelligenceUrl'),
    (42, 'SecurityComplianceInsights'),
    (43, 'MIPLabel'),
    (44, 'VivaInsights'),
    (45, 'PowerAppsApp'),
    (46, 'PowerAppsPlan'),
    (47, 'ThreatIntelligenceAtpContent'),
    (48, 'LabelContentExplorer'),
    (49, 'TeamsHealthcare'),
    (50, 'ExchangeItemAggregated'),
    (51, 'HygieneEvent'),
    (52, 'DataInsightsRestApiAudit'),
    (53, 'InformationBarrierPolicyApplication'),
    (54, 'SharePointListItemOperation'),
    (55, 'SharePointContentTypeOperation'),
    (56, 'SharePointFieldOperation'),
    (57, 'MicrosoftTeamsAdmin'),
    (58, 'HRSignal'),
    (59, 'MicrosoftTeamsDevice'),
    (60, 'MicrosoftTeamsAnalytics'),
    (61, 'InformationWorkerProtection'),
    (62, 'Campaign'),
    (63, 'DLPEndpoint'),
    (64, 'AirInvestigation'),
    (65, 'Quarantine'),
    (66, 'MicrosoftForms'),
    (67, 'ApplicationAudit'),
    (68, 'ComplianceSupervisionExchange'),
    (69, 'CustomerKeyServiceEncryption'),
    (70, 'OfficeNative'),
    (71, 'MipAutoLabelSharePointItem'),
    (72, 'MipAutoLabelSharePointPolicyLocation'),
    (73, 'MicrosoftTeamsShifts'),
    (75, 'MipAutoLabelExchangeItem'),
    (76, 'CortanaBriefing'),
    (78, 'WDATPAlerts'),
    (79, 'PowerAppsResource'),
    (82, 'SensitivityLabelPolicyMatch'),
    (83, 'SensitivityLabelAction'),
    (84, 'SensitivityLabeledFileAction'),
    (85, 'AttackSim'),
    (86, 'AirManualInvestigation'),
    (87, 'SecurityComplianceRBAC'),
    (88, 'UserTraining'),
    (89, 'AirAdminActionInvestigation'),
    (90, 'MSTIC'),
    (91, 'PhysicalBadgingSignal'),
    (92, 'TeamsEasyApprovals'),
    (98, 'MCASAlerts'),
    (99, 'OnPremisesFileShareScannerDlp'),
    (100, 'OnPremisesSharePointScannerDlp'),
    (101, 'ExchangeSearch'),
    (102, 'SharePointSearch'),
    (103, 'PrivacyInsights'),
    (105, 'MyAnalyticsSettings'),
    (106, 'SecurityComplianceUserChange'),
    (107, 'ComplianceDLPExchangeClassification'),
    (109, 'MipExactDataMatch'),
    (113, 'MS365DCustomDetection'),
    (147, 'CoreReportingSettings'),
    (148, 'ComplianceConnector'),
    (157, 'MipLabelAnalyticsAuditRecord'),
    (164, 'ScorePlatformGenericAuditRecord'),
    (174, 'DataShareOperation'),
    (181, 'EduDataLakeDownloadOperation'),
    (183, 'MicrosoftGraphDataConnectOperation'),
    (186, 'PowerPagesSite'),
    (187, 'PowerPlatformAdminDlp'),
    (188, 'PlannerPlan'),
    (189, 'PlannerCopyPlan'),
    (190, 'PlannerTask'),
    (191, 'PlannerRoster'),
    (192, 'PlannerPlanList'),
    (193, 'PlannerTaskList'),
    (194, 'PlannerTenantSettings'),
    (195, 'ProjectForThewebProject'),
    (196, 'ProjectForThewebTask'),
    (197, 'ProjectForThewebRoadmap'),
    (198, 'ProjectForThewebRoadmapItem'),
    (199, 'ProjectForThewebProjectSettings'),
    (200, 'ProjectForThewebRoadmapSettings'),
    (202, 'MicrosoftTodoAudit'),
    (206, 'MicrosoftTeamsSensitivityLabelAction'),
    (216, 'Viva Goals'),
    (217, 'MicrosoftGraphDataConnectConsent'),
    (218, 'AttackSimAdmin'),
    (230, 'TeamsUpdates'),
    (231, 'PlannerRosterSensitivityLabel'),
    (235, 'MicrosoftDefenderForIdentityAudit'),
    (237, 'DefenderExpertsforXDRAdmin'),
    (251, 'VfamCreatePolicy'),
    (252, 'VfamUpdatePolicy'),
    (253, 'VfamDeletePolicy'),
    (256, 'PowerPlatformAdministratorActivity'),
    (257, 'Windows365CustomerLockbox'),
    (265, 'VivaLearning'),
    (266, 'VivaLearningAdmin'),
    (269, 'PeopleAdminSettings'),
    (275, 'OWAAuth'),
    (277, 'SharePointESignature'),
    (278, 'Dynamics365BusinessCentral'),
    (279, 'MeshWorlds'),
    (280, 'VivaPulseResponse'),
    (281, 'VivaPulseOrganizer'),
    (282, 'VivaPulseAdmin'),
    (283, 'VivaPulseReport'),
    (285, 'ComplianceDLMExchange'),
    (286, 'ComplianceDLMSharePoint'),
    (287, 'ProjectForThewebAssignedToMeSettings'),
    (288, 'CloudPolicyService'),
    (291, 'SensitiveInfoDiscovered'),
    (292, 'InsiderRiskScopedUserInsights'),
    (293, 'MicrosoftTeamsRetentionLabelAction'),
    (294, 'AadRiskDetection'),
    (295, 'AuditSearch'),
    (296, 'AuditRetentionPolicy'),
    (297, 'AuditConfig'),
    (298, 'BackupPolicy'),
    (299, 'RestoreTask'),
    (300, 'RestoreItem'),
    (301, 'BackupItem'),
    (302, 'URBACAssignment'),
    (303, 'URBACRole'),
    (304, 'URBACEnableState'),
    (306, 'PurviewInsiderRiskCases'),
    (307, 'PurviewInsiderRiskAlerts'),
    (308, 'InsiderRiskScopedUsers'),
    (310, 'CreateCopilotPlugin'),
    (311, 'UpdateCopilotPlugin'),
    (312, 'DeleteCopilotPlugin'),
    (313, 'EnableCopilotPlugin'),
    (314, 'DisableCopilotPlugin'),
    (315, 'CreateCopilotWorkspace'),
    (316, 'UpdateCopilotWorkspace'),
    (317, 'DeleteCopilotWorkspace'),
    (318, 'EnableCopilotWorkspace'),
    (319, 'DisableCopilotWorkspace'),
    (320, 'CreateCopilotPromptBook'),
    (321, 'UpdateCopilotPromptBook'),
    (322, 'DeleteCopilotPromptBook'),
    (323, 'EnableCopilotPromptBook'),
    (324, 'DisableCopilotPromptBook'),
    (325, 'UpdateCopilotSettings'),
    (328, 'ConnectedAIAppInteraction'),
    (329, 'PrivaPrivacyConsentOperation'),
    (330, 'PrivaPrivacyAssessmentOperation'),
    (331, 'DataCatalogAccessRequests'),
    (332, 'ComplianceSettingsChange'),
    (333, 'DataSecurityInvestigation'),
    (334, 'TeamCopilotInteraction'),
    (335, 'IRMActivityAuditTrail'),
    (336, 'SharePointContentSecurityPolicy'),
    (337, 'CloudUpdateProfileConfig'),
    (338, 'CloudUpdateTenantConfig'),
    (339, 'CloudUpdateDeviceConfig'),
    (341, 'DeviceDiscoverySettingsExclusion'),
    (342, 'DeviceDiscoverySettingsAuthenticatedScans'),
    (344, 'DeviceDiscoverySettings'),
    (345, 'USXWorkspaceOnboarding'),
    (346, 'VivaGlintAdvancedConfiguration'),
    (347, 'VivaGlintPulseProgram'),
    (348, 'VivaGlintPulseProgramRespondentRate'),
    (349, 'VivaGlintQuestion'),
    (350, 'VivaGlintRole'),
    (351, 'VivaGlintRubicon'),
    (352, 'VivaGlintSupportAccess'),
    (353, 'VivaGlintSystem'),
    (354, 'VivaGlintUser'),
    (355, 'VivaGlintUserGroup'),
    (356, 'VivaGlintFeedbackProgram'),
    (357, 'FabricAudit'),
    (358, 'TrainableClassifier'),
    (359, 'WebContentFiltering'),
    (360, 'NoisyAlertPolicy'),
    (361, 'DataScanClassification'),
    (362, 'AIInteractionsExport'),
    (363, 'Microsoft365CopilotScheduledPrompt'),
    (364, 'PlacesDirectory'),
    (365, 'SentinelNotebookOnLake'),
    (366, 'SentinelJob'),
    (367, 'SentinelKQLOnLake'),
    (368, 'SentinelLakeOnboarding'),
    (369, 'SentinelLakeDataOnboarding'),
    (370, 'SentinelAITool'),
    (371, 'SentinelGraph'),
    (372, 'CrossTenantAccessPolicy'),
    (373, 'OutlookCopilotAutomation'),
    (374, 'VivaEngageNetworkAssociation'),
    (375, 'AppAdminActivity'),
    (376, 'AppSettingsAdminActivity'),
    (377, 'UniversalPrintPrintJob'),
    (378, 'VivaAmplifyOutlookSensitivityLabel'),
    (379, 'AIInteractionsSubscription'),
    (380, 'AIInteractionsChangeNotification'),
    (381, 'FilteringMailMetadataExtended'),
    (382, 'OfficeRestrictedModeAction'),
    (383, 'CopilotForSecurityTrigger'),
    (384, 'CopilotAgentManagement'),
    (385, 'P4AIAssessmentFabricScannerRecord'),
    (386, 'PlannerGoal'),
    (387, 'PlannerGoalList'),
    (401, 'PlannerChatMessage'),
    (402, 'PlannerChatMessageList'),
    (414, 'VivaEngageSegment'),
    (422, 'VivaEngageEvents'),
    (427, 'UniversalPrintManagement'),
    (430, 'PurviewPostureAgent'),
    (431, 'GranularBrowseTask'),
    (444, 'TeamsEvalDataHubDataAccess'),
    (445, 'TeamsEvalDataHubPermissionChange'),
    (454, 'DragonCopilotAdmin'),
    (462, 'MicrosoftTeamsUserConcern'),
    (463, 'VivaGlintAgenticCampaign');

-- Small functions that the format files share. They are kept in the case, so
-- that a format's SELECT runs in any DuckDB shell.

-- text; NULL when it is empty. What Go hands over as body has no blanks around its
-- values; a text from elsewhere is trimmed first: trim walks along every letter
create macro filled(text) as nullif(text, '');

-- a time in any of the forms that exports write, as UTC; NULL when it is none:
-- ISO 8601 with or without offset (of which the session's zone, UTC, is the one that is not said), Log Analytics CSV ("4/28/2021, 2:08:45.221 PM"),
-- diagnostic settings ("12/12/2025 3:03:58 PM"), .NET JSON ("/Date(1728344797000)/")
create macro any_time(text) as coalesce(
    try_cast(text as timestamptz) at time zone 'UTC', -- as timestamp, it would lose its offset
    try_strptime(text, [
        '%m/%d/%Y, %I:%M:%S.%g %p', '%m/%d/%Y, %I:%M:%S %p', '%m/%d/%Y %I:%M:%S %p'
    ]),
    make_timestamp(try_cast(regexp_extract(text, '^/Date\((-?\d{1,14})\)/$', 1) as bigint) * 1000)
);

-- the same, if a log can be of that time: a year like 290000 or 'infinity' is
-- no time, and would make every count of days endless
create macro utc(text) as case
    when any_time(text) between timestamp '1990-01-01' and timestamp '2200-01-01' then any_time(text)
end;

-- true and false as the portal, PowerShell and Excel write them, in English,
-- French and Spanish
create macro truth(text) as case
    when lower(text) in ('true', 'yes', '1', 'oui', 'vrai', 'sí', 'verdadero') then true
    when lower(text) in ('false', 'no', '0', 'non', 'faux', 'falso') then false
end;

-- a whole number; NULL for any other, which a cast would round
create macro whole(text) as case
    when regexp_full_match(text, '-?[0-9]{1,18}') then try_cast(text as bigint)
end;

-- text that is JSON, else NULL
create macro json_text(text) as case when json_valid(text) then text end;

-- the values of a JSON list, or the text itself, comma-joined
create macro joined(text) as case
    -- most are no list or one of a single value: spares reading them as JSON
    when not contains(text, '[') then filled(text)
    when text = '[]' then null
    when regexp_full_match(text, '\["[^"\\]+"\]') then text[3:-3]
    when json_type(json_text(text)) = 'ARRAY'
        then nullif(array_to_string(from_json(json_text(text), '["VARCHAR"]'), ', '), '')
    else filled(text)
end;

-- the eight groups of an IPv6 address in lower case, without leading zeros; NULL
-- for what is none
create macro ipv6_groups(text) as case
    when regexp_matches(text, '^([0-9a-f]{0,4}:){2,8}[0-9a-f]{0,4}$') and not regexp_matches(text, ':::|::.*::')
        then list_transform(
            string_split(
                trim(replace(text, '::', ':' || repeat('0:',
                    9 - len(string_split(text, ':')) + starts_with(text, '::')::integer + ends_with(text, '::')::integer
                )), ':'),
                ':'
            ),
            part -> coalesce(nullif(ltrim(part, '0'), ''), '0')
        )
end;

-- the groups as RFC 5952 writes them: '::' for the longest run of zeros
create macro ipv6_written(groups) as list_transform(
    [list_filter(
        list_transform(range(8, 1, -1), zeros -> repeat(':0', zeros) || ':'),
        run -> contains(':' || array_to_string(groups, ':') || ':', run)
    )[1]],
    run -> case
        when run is null then array_to_string(groups, ':')
        else regexp_replace(regexp_replace(
            regexp_replace(':' || array_to_string(groups, ':') || ':', run, '::'),
            '^:([^:])', '\1'), '([^:]):$', '\1')
    end
)[1];

-- the last two groups as an IPv4 address
create macro ipv4_written(groups) as array_to_string(
    list_transform(
        string_split(regexp_replace(
            lpad(groups[7], 4, '0') || lpad(groups[8], 4, '0'), '(..)(..)(..)(..)', '0x\1 0x\2 0x\3 0x\4'
        ), ' '),
        octet -> octet::integer
    ),
    '.'
);

-- the one form of an IPv6 address, an IPv4 address in IPv6 clothes as IPv4; NULL
-- for what is none
create macro ipv6(text) as case
    -- most are in that form
    when regexp_matches(text, '^([1-9a-f][0-9a-f]{0,3}:){1,5}(:[1-9a-f][0-9a-f]{0,3}){1,5}$')
        and len(string_split(text, ':')) < 8
        then text
    else list_transform([ipv6_groups(text)], groups -> case
        when len(groups) = 8 and array_to_string(groups[1:6], ':') = '0:0:0:0:0:ffff' then ipv4_written(groups)
        when len(groups) = 8 then ipv6_written(groups)
    end)[1]
end;

-- an address without port, brackets and zone, in the one form that equal addresses
-- share: "1.2.3.4:33758", "[2A01:0::1]:52903", "[::ffff:1.2.3.4]:443"; the log's
-- placeholders for no address are NULL, other text stays
create macro bare_ip(text) as case
    when regexp_full_match(text, '[0-9.]+(:[0-9]*)?') then split_part(text, ':', 1)
    when lower(trim(text)) in ('', '<null>', 'null', '-') then null
    when not contains(text, ':') then regexp_replace(trim(text), '^\[(.*)\]$', '\1')
    when regexp_matches(text, '^\s*\[\](:\d*)?\s*$') then null
    else coalesce(
        nullif(regexp_extract(
            lower(trim(text)), '^\[?(?:[0:]*:ffff:)?(\d+\.\d+\.\d+\.\d+)\]?(?::\d*)?$', 1
        ), ''),
        ipv6(regexp_extract(lower(trim(text)), '^\[?([^\]%]*)(%[^\]]*)?(\](:\d*)?)?$', 1)),
        trim(text)
    )
end;

-- a token without the apostrophe that spreadsheets put before it, and the = that
-- other programs fill it up with; rtrim walks along every letter, most need none
create macro bare_token(token) as case
    when starts_with(token, '''') or ends_with(token, '=') then rtrim(ltrim(token, ''''), '=')
    else token
end;

-- what base64url letters say, in hexadecimal digits
create macro token_bytes(letters) as hex(from_base64(replace(replace(letters, '-', '+'), '_', '/')));

-- the id of 16 bytes, the first three groups little-endian. One expression: of
-- slices put together, each would have its bytes worked out anew
create macro guid_of_bytes(bytes) as lower(regexp_replace(
    bytes, '^(..)(..)(..)(..)(..)(..)(..)(..)(....)', '\4\3\2\1-\6\5-\8\7-\9-'
));

-- the id that the bytes are the text of
create macro guid_of_text(bytes) as case
    when regexp_matches(bytes, '^((3[0-9]|[46][1-6]){8}2D(3[0-9]|[46][1-6]){4}2D(3[0-9]|[46][1-6]){4}2D(3[0-9]|[46][1-6]){4}2D(3[0-9]|[46][1-6]){12})$')
        then lower(decode(unhex(bytes)))
end;

-- the sign-in that issued a token. The unique token id is the base64url text of
-- the 16 bytes of the sign-in's id; until 2022 it was the base64 text of the id's
-- 36 characters.
create macro token_sign_in(token) as case
    when regexp_matches(bare_token(token), '^[A-Za-z0-9+/_-]{22}$') then guid_of_bytes(token_bytes(bare_token(token) || '=='))
    when regexp_matches(bare_token(token), '^[A-Za-z0-9+/_-]{48}$') then guid_of_text(token_bytes(bare_token(token)))
end;

-- the class of a sign-in where the export has no word for it
create macro sign_in_status(code) as case
    when code is null then null
    when code = 0 then 'success'
    when code in (select error_code from interrupt_codes) then 'interrupted'
    else 'failure'
end;

-- a portal CSV's text without the apostrophe that it sets before - and +, lest
-- a spreadsheet take the cell for a formula
create macro unguarded(text) as filled(regexp_replace(text, '^''([-+=@])', '\1'));

-- how a sign-in ended, from the portal's word in English, French or Spanish, and
-- NULL for any other word
create macro portal_status(text) as case
    when lower(text) in ('success', 'correcto', 'correcta', 'éxito', 'succès')
        or lower(text) like 'opération réus%' or lower(text) like 'réus%' then 'success'
    when lower(text) in ('failure', 'échec', 'error', 'con errores', 'errónea', 'erróneo') then 'failure'
    when lower(text) in ('interrupted', 'interrompu', 'interrompue', 'interrumpido', 'interrumpida') then 'interrupted'
end;

-- the result of Conditional Access as the portal's CSV writes it
create macro access_status(text) as case
    when portal_status(text) in ('success', 'failure') then portal_status(text)
    when lower(replace(text, ' ', '')) in (
        'notapplied', 'nonappliqué', 'nonappliquée', 'noaplicado', 'noaplicada', 'noseaplica', 'noseaplicó'
    ) then 'not_applied'
    else filled(text)
end;

-- how many factors a sign-in required, as the portal's CSV writes it
create macro factors(text) as case
    when lower(text) similar to '.*multi.?fact.*' then 'multi_factor'
    when lower(text) similar to '.*(single.*factor|seul facteur|facteur unique|solo factor|factor único).*' then 'single_factor'
    else filled(text)
end;

-- a result in the directory audit log's words, which the portal capitalises and
-- translates
create macro outcome(text) as coalesce(portal_status(text), lower(filled(text)));

-- the name of an object, which may be the only one of a list, or JSON text, or
-- nothing but the name
create macro called(text) as case
    when json_type(json_text(text)) = 'ARRAY' then coalesce(
        filled(trim(text ->> '$[0].displayName')), filled(trim(text ->> '$[0].name')), filled(trim(text ->> '$[0].DisplayName')),
        filled(trim(text ->> '$[0].Name')), filled(trim(text ->> '$[0].id')), filled(trim(text ->> '$[0].Id')))
    when json_type(json_text(text)) = 'OBJECT' then coalesce(
        filled(trim(text ->> '$.displayName')), filled(trim(text ->> '$.name')), filled(trim(text ->> '$.DisplayName')),
        filled(trim(text ->> '$.Name')), filled(trim(text ->> '$.id')), filled(trim(text ->> '$.Id')))
    else filled(text)
end;

-- whether who acted in the unified audit log is a service of Microsoft's
create macro service_actor(user_id, user_type) as coalesce(
    starts_with(lower(user_id), 'nt authority\')
    or starts_with(lower(user_id), 'serviceprincipal_')
    or user_type in (3, 4, 6)
    or lower(user_id) in (
        'securitycompliancealerts', 'fim_password_service@support.onmicrosoft.com', 's-1-5-18',
        'certificate', 'not-found', 'app@sharepoint', 'microsoft.exchange.servicehost'
    ),
    false
);
