-- Small functions that the format files share. They are kept in the case, so
-- that a format's SELECT runs in any DuckDB shell.

-- text; NULL when it is empty. What Go hands over as body has no blanks around its
-- values; a text from elsewhere is trimmed first: trim walks along every letter
create macro filled(text) as nullif(text, '');

-- a time in any of the forms that exports write, as UTC; NULL when it is none:
-- ISO 8601 with or without offset (of which the session's zone, UTC, is the one that is not said), Log Analytics CSV ("4/28/2021, 2:08:45.221 PM"),
-- diagnostic settings ("12/12/2025 3:03:58 PM"), .NET JSON ("/Date(1728344797000)/"), numbers since 1970
create macro any_time(text) as coalesce(
    try_cast(text as timestamptz) at time zone 'UTC', -- as timestamp, it would lose its offset
    try_strptime(text, [
        '%m/%d/%Y, %I:%M:%S.%g %p', '%m/%d/%Y, %I:%M:%S %p', '%m/%d/%Y %I:%M:%S %p'
    ]),
    make_timestamp(try_cast(regexp_extract(text, '^/Date\((-?\d{1,14})(?:[+-]\d{4})?\)/$', 1) as bigint) * 1000),
    -- seconds, milli-, micro- or nanoseconds since 1970
    case when regexp_full_match(text, '[0-9]{10}([0-9]{3}|[0-9]{6}|[0-9]{9})?(\.[0-9]*)?') then make_timestamp(
        (try_cast(text as double) * 10 ** (16 - strpos(text || '.', '.') + 1))::bigint
    ) end,
    -- the same as 1.77771486E9
    case when regexp_full_match(text, '1\.[0-9]{1,18}[eE]\+?(09|9|12|15)') then make_timestamp(
        (try_cast(text as double) * 10 ** (15 - regexp_extract(text, '[0-9]+$')::integer))::bigint
    ) end,
    -- without seconds
    try_cast(regexp_replace(text, '^(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d)(Z|[+-]\d\d:?\d\d)?$', '\1 \2:00\3') as timestamptz) at time zone 'UTC'
);

-- the same, if a log can be of that time: a year like 290000 or 'infinity' is
-- no time, and would make every count of days endless; and no zone is over 14 hours from UTC
create macro utc(text) as case
    when any_time(text) between timestamp '1990-01-01' and timestamp '2200-01-01'
        and (text[-1] = 'Z' or not regexp_matches(text, ':\d\d(\.\d+)? ?[+-](14:?([1-5]\d|0[1-9])|1[5-9]|[2-9]\d)(:?\d\d)?$'))
    then any_time(text)
end;

-- true and false as the portal, PowerShell and Excel write them, in the languages
-- that these often have. A list is one constant: for each value of an IN the engine sets
-- aside a vector, in every place in which the macro is called
create macro truth(text) as case
    when list_contains([
        'true', 'yes', '1', '1.0', '$true', 'y', 't', 'oui', 'vrai', 'sí', 'si', 'verdadero', 'wahr', 'ja', 'vero', 'sì', 'waar',
        'verdadeiro', 'sim', 'sant', 'sand', 'sann', 'tosi', 'prawda', 'tak', 'pravda', 'igaz', 'doğru', 'истина'
    ], lower(text)) then true
    when list_contains([
        'false', 'no', '0', '0.0', '$false', 'n', 'f', 'non', 'faux', 'falso', 'falsch', 'nein', 'onwaar', 'nee', 'não', 'falskt', 'falsk',
        'usann', 'epätosi', 'fałsz', 'nie', 'nepravda', 'hamis', 'yanlış', 'yanliş', 'ложь'
    ], lower(text)) then false
end;

-- a whole number, as 2, 2.0, 2,0 and 2E0 are, and 50,126 by thousands, '50126 of a spreadsheet, and AADSTS50126 or AS64500, which
-- say of what; NULL for any other, which a cast would round
create macro whole(text) as case
    when regexp_full_match(text, '-?[0-9]{1,18}') then try_cast(text as bigint)
    when regexp_full_match(text, '-?[0-9]{1,15}(\.[0-9]*)?([eE][+-]?[0-9]{1,2})?')
        and try_cast(text as double) = trunc(try_cast(text as double)) and abs(try_cast(text as double)) < 1e15
        then try_cast(try_cast(text as double) as bigint)
    when regexp_full_match(text, '(''|\+|AADSTS|AS)?(\d{1,15}(,0{1,2})?|\d{1,3}([, \x{A0}\x{202F}]\d{3}){1,4})')
        then try_cast(regexp_replace(text, ',0{1,2}$|[^0-9]', '', 'g') as bigint)
end;

-- a number of degrees, perhaps with a decimal comma; NULL for what no degrees are
create macro angle(text) as list_filter(
    [try_cast(replace(text, ',', '.') as double)], number -> number between -180 and 180
)[1];

-- a latitude or longitude in degrees; NULL where both are 0, which exports write
-- where they know no place: none lies there
create macro degrees_of(text, other) as case
    when angle(text) <> 0 or angle(other) <> 0 then angle(text)
end;

-- text that is JSON, else NULL
create macro json_text(text) as case when json_valid(text) then text end;

-- text that is a JSON list, else NULL; an object is the only one of a list: a row of
-- mv-expand has one for each
create macro json_list(text) as case
    when starts_with(ltrim(text), '{') then '[' || json_text(text) || ']'
    else json_text(text)
end;

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

-- the same of one address: see bare_ip
create macro one_ip(text) as case
    when regexp_matches(text, '^\s*\[?\d+\.\d+\.\d+\.\d+(%\w*)?\]?(:\d*)?(%\w*)?\s*$') then regexp_extract(text, '\d+\.\d+\.\d+\.\d+')
    when not contains(text, ':') then regexp_replace(trim(text), '^\[(.*)\]$', '\1')
    when regexp_matches(text, '^\s*\[\](:\d*)?\s*$') then null
    -- a host's name
    when regexp_matches(text, '^\s*\[?[A-Za-z0-9._-]*[G-Zg-z.][A-Za-z0-9._-]*\]?:\d*\s*$')
        then regexp_extract(text, '^\s*\[?([A-Za-z0-9._-]+)', 1)
    else coalesce(
        nullif(regexp_extract(
            lower(trim(text)), '^\[?(?:[0:]*:ffff:)?(\d+\.\d+\.\d+\.\d+)(?:%\w*)?\]?(?::\d*)?$', 1
        ), ''),
        list_filter(
            list_transform([
                regexp_extract(lower(trim(text)), '^\[?([^\]%]*)(%[^\]]*)?(\](:\d*)?)?$', 1),
                -- a port behind an address that is abbreviated: more than four digits are none of its groups
                regexp_extract(lower(trim(text)), '^([0-9a-f:]*::[0-9a-f:]*):\d{5}$', 1)
            ], address -> ipv6(address)),
            address -> address is not null
        )[1],
        trim(text)
    )
end;

-- an address as logged; NULL for what exports write where there is none
create macro address_text(text) as case
    when not list_contains([
        '', 'null', 'none', 'nil', 'nan', 'undefined', 'unknown', '-', '--', 'n/a', 'na', '0',
        'not available', 'not set', 'not applicable'
    ], lower(trim(text, ' <>()[]{}"''' || chr(0)))) then text
end;

-- of a text with an address and more, such as a name, a network's width, a scheme or other addresses,
-- the first address, which is the client's; NULL if none is in it
create macro address_within(text) as list_filter(
    string_split_regex(text, '[\s,;|/()<>{}"'']+'),
    part -> regexp_full_match(part, '\[?(\d{1,3}(\.\d{1,3}){3}|[0-9A-Fa-f:]*::[0-9A-Fa-f:.]*|([0-9A-Fa-f]{1,4}:){7}[0-9A-Fa-f]{1,4})(%\w*)?\]?(:\d*)?\.?')
)[1];

-- an address without port, brackets and zone, in the one form that equal addresses
-- share: "1.2.3.4:33758", "[2A01:0::1]:52903", "[::ffff:1.2.3.4]:443"; of "NAME (1.2.3.4)", "tcp://1.2.3.4" or a list
-- the first address that is in it; the log's placeholders for no address are NULL, other text stays
create macro bare_ip(text) as case
    when regexp_full_match(text, '\d+\.\d+\.\d+\.\d+(:[0-9]*)?') then split_part(text, ':', 1)
    when address_text(text) is null then null
    -- bound once: each place in which a macro names its parameter is an expression of its own
    else list_transform([case
        when regexp_full_match(text, '[0-9A-Fa-f:.%\[\]]*[0-9A-Fa-f:%\]]') then text
        else coalesce(rtrim(address_within(text), '.'), text)
    end], address -> one_ip(address))[1]
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
    when list_contains(['success', 'succeeded', 'correcto', 'correcta', 'éxito', 'succès'], lower(text))
        or lower(text) like 'opération réus%' or lower(text) like 'réus%' then 'success'
    when list_contains(['failure', 'failed', 'échec', 'error', 'con errores', 'errónea', 'erróneo'], lower(text)) then 'failure'
    when list_contains(['interrupted', 'interrompu', 'interrompue', 'interrumpido', 'interrumpida'], lower(text)) then 'interrupted'
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

-- the number of a record type that is a number or, as Search-UnifiedAuditLog -Formatted and Log Analytics write it,
-- its name
create macro record_type_number(text) as coalesce(
    try_cast(whole(text) as integer),
    list_position(getvariable('record_type_words'), lower(replace(filled(text), ' ', '')))
);

-- who issued a token, in the words of Graph: the portal writes them apart, and
-- Azure AD by its newer name
create macro token_issuer(text) as list_transform(
    [replace(filled(text), ' ', '')], t -> case when t = 'MicrosoftEntraID' then 'AzureAD' else t end
)[1];

-- the number of a kind of user that is a number or its name
create macro user_type_number(text) as coalesce(
    try_cast(whole(text) as integer),
    case lower(replace(text, ' ', ''))
        when 'regular' then 0
        when 'reserved' then 1
        when 'admin' then 2
        when 'dcadmin' then 3
        when 'system' then 4
        when 'application' then 5
        when 'serviceprincipal' then 6
        when 'custompolicy' then 7
        when 'systempolicy' then 8
        when 'partnertechnician' then 9
        when 'guest' then 10
    end
);

-- whether who acted in the unified audit log is a service of Microsoft's. An application
-- is none, whoever's it is: that of an attacker acts by the names ServicePrincipal_ID and app@sharepoint, too,
-- and these have the user type of a system; so do an add-in of SharePoint, i:0i.t|..., and an application by its id alone.
create macro service_actor(user_id, user_type) as coalesce(
    starts_with(lower(user_id), 'nt authority\')
    or starts_with(lower(user_id), 'nt service\')
    or lower(user_id) in (
        'sharepoint\system', 'securitycompliancealerts', 'fim_password_service@support.onmicrosoft.com', 's-1-5-18',
        'certificate', 'not-found', 'microsoft.exchange.servicehost'
    )
    or user_type in (3, 4, 8)
        and not coalesce(regexp_matches(
            lower(user_id), '^serviceprincipal_|^app@sharepoint$|^i:0i\.t\||^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$'
        ), false),
    false
);

-- The account behind a guest's name in the audit log:
-- bob_fabrikam.com#ext#@contoso.onmicrosoft.com is bob@fabrikam.com.
create macro home_account(account) as case
    when lower(account) like '%#ext#%'
        then regexp_replace(split_part(lower(account), '#ext#', 1), '_([^_]*)$', '@\1')
    else lower(account)
end;

-- the addresses of Graph's recipients, comma-joined
create macro recipients(text) as nullif(array_to_string(
    list_transform(from_json(json_list(text), '[{"emailAddress": {"name": "VARCHAR", "address": "VARCHAR"}}]'), r -> coalesce(r.emailAddress.address, r.emailAddress.name)),
    ', '
), '');

-- the mail address in a path, lower case, without the ending of a file's name behind it; NULL for none
create macro account_in(path) as filled(lower(regexp_extract(
    regexp_replace(path, '(\.(json|jsonl|csv|tsv|xml|txt|gz|zst|bz2))+$', ''), '[A-Za-z0-9._%+''-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+'
)));

-- the time that the name of a file begins with or ends in, such as 20250502131826-Users.csv, 202504290950-Users.csv or
-- Users_2025-04-29_095000.csv; NULL for a day alone
create macro name_time(path) as try_strptime(
    regexp_replace(regexp_extract(
        regexp_extract(path, '[^/\\!]*$'),
        '(?:^|[^0-9])(20[0-9]{2}-?[01][0-9]-?[0-3][0-9][-_T ]?[0-2][0-9][-:.]?[0-5][0-9](?:[-:.]?[0-5][0-9])?)(?:[^0-9]|$)', 1
    ), '[^0-9]', '', 'g'),
    ['%Y%m%d%H%M%S', '%Y%m%d%H%M']
);

-- a level of risk that is a word, or the number that advanced hunting has for it; 0 is not set
create macro hunting_risk_level(text) as case text
    when '0' then null
    when '1' then 'none'
    when '10' then 'low'
    when '50' then 'medium'
    when '100' then 'high'
    else filled(text)
end;

-- a value that the activity log of Azure has together with its translation
create macro untranslated(text) as case
    when json_type(json_text(text)) = 'OBJECT' then coalesce(filled(text ->> '$.value'), filled(text ->> '$.Value'), filled(text ->> '$.localizedValue'))
    else filled(text)
end;

-- the values of a JSON list without repeats, comma-joined
create macro distinct_values(list) as nullif(array_to_string(list_sort(list_distinct(list_filter(list, v -> v <> ''))), ', '), '');

-- the names of Graph's users, groups and applications in a list, comma-joined; a text that is no list stays
create macro directory_objects(text) as case
    when starts_with(ltrim(text), '[') or starts_with(ltrim(text), '{') then distinct_values(list_transform(
        from_json(json_list(text), '[{"userPrincipalName": "VARCHAR", "displayName": "VARCHAR", "id": "VARCHAR"}]'),
        o -> coalesce(filled(o.userPrincipalName), filled(o.displayName), filled(o.id))
    ))
    else filled(text)
end;
