-- description: The distance of two places on a sphere of 6,371 km, in kilometres (haversine).
-- parameters: latitude, longitude, other_latitude, other_longitude
12742 * asin(sqrt(
    pow(sin(radians(other_latitude - latitude) / 2), 2)
    + cos(radians(latitude)) * cos(radians(other_latitude)) * pow(sin(radians(other_longitude - longitude) / 2), 2)
))
