-- description: Autonomous systems as they are written: AS64500.
-- parameters: networks
list_transform(networks, n -> 'AS' || n)
