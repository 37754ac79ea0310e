-- description: What is known of the place of an address. Where its sign-ins name several places, as they do when an
--   address changes hands, one of them stands here and source says so.
-- materialized: yes
-- ordered by: ip_address
-- column ip_address varchar: as logged
-- column network bigint: number of its autonomous system
-- column country varchar: two letters
-- column source varchar: where this comes from: sign-ins; sign-ins, several; the file names of geolocation databases
--   (--mmdb)
select
    ip_address,
    max(autonomous_system_number) as network,
    max(country) filter (where country <> '') as country,
    case
        when min(autonomous_system_number) <> max(autonomous_system_number)
            or min(country) filter (where country <> '') <> max(country) filter (where country <> '')
        then 'sign-ins, several'
        else 'sign-ins'
    end as source,
from evidence.sign_ins
where ip_address is not null
group by ip_address
