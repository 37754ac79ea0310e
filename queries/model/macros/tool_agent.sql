-- description: The user agents of scripts and attack kits rather than of browsers and Microsoft's own clients: what
--   was found in them, else NULL.
-- parameters: user_agent
nullif(regexp_extract(
    lower(user_agent),
    'axios|undici|node-fetch|^node(\.js)?($|[/ ])|go-resty|go-http-client|okhttp|guzzlehttp|fasthttp'
    || '|python-requests|python-urllib|aiohttp|httpx|curl/|wget/|java/|libwww-perl|rclone'
    || '|kali365|aadinternals|teamfiltration|roadtools|graphrunner'
    || '|teams/1\.3\.00\.30866|bav2ropc|cbainprod|cbaintar|aconsumerv2ropc'
), '')
