-- description: How long it is from one time to another: 5 minutes, 3 hours, 12 days. Minutes are rounded up.
-- parameters: earliest, latest
case
    when date_sub('second', earliest, latest) < 7200
        then counted(greatest(1, ceil(date_sub('second', earliest, latest) / 60))::bigint, 'minute', 'minutes')
    when date_sub('second', earliest, latest) < 172800
        then counted(round(date_sub('second', earliest, latest) / 3600)::bigint, 'hour', 'hours')
    else counted(round(date_sub('second', earliest, latest) / 86400)::bigint, 'day', 'days')
end
