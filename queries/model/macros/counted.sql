-- description: A number and what it counts: 1 user, 2 users.
-- parameters: n, one, many
n || ' ' || case when n = 1 then one else many end
