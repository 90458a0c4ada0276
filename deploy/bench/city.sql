-- name: areas
-- A city of 16 streets with 180 communities and 846 grids, as Deyang has them: squares side by side.
INSERT INTO areas VALUES ('5106', '德阳市', 'city', NULL, '[[104,31],[105,31],[105,32],[104,32]]');
INSERT INTO areas
SELECT code, name, level, parent, jsonb_build_array(jsonb_build_array(x, y), jsonb_build_array(x + side, y),
                                                    jsonb_build_array(x + side, y + side), jsonb_build_array(x, y + side))
FROM (
    SELECT '510603' || to_char(n, 'FM000') AS code, '第' || n || '街道' AS name, 'street' AS level, '5106' AS parent,
           104 + (n - 1) %% 4 * 0.25 AS x, 31 + (n - 1) / 4 * 0.25 AS y, 0.25 AS side
    FROM generate_series(1, %(streets)s) AS n
    UNION ALL
    SELECT '510603' || to_char(1 + n %% %(streets)s, 'FM000') || to_char(1 + n / %(streets)s, 'FM000'), '第' || n || '社区',
           'community', '510603' || to_char(1 + n %% %(streets)s, 'FM000'),
           104 + n %% %(streets)s %% 4 * 0.25 + n / %(streets)s %% 4 * 0.0625,
           31 + n %% %(streets)s / 4 * 0.25 + n / %(streets)s / 4 * 0.0625, 0.0625
    FROM generate_series(0, %(communities)s - 1) AS n
) AS square;
INSERT INTO areas
SELECT code || to_char(1 + n / %(communities)s, 'FM000'), '第' || n || '网格', 'grid', code,
       jsonb_build_array(jsonb_build_array(x, y), jsonb_build_array(x + side, y),
                         jsonb_build_array(x + side, y + side), jsonb_build_array(x, y + side))
FROM generate_series(0, %(grids)s - 1) AS n
JOIN (SELECT row_number() OVER (ORDER BY code) - 1 AS number, * FROM areas WHERE level = 'community') AS community
  ON number = n %% %(communities)s
CROSS JOIN LATERAL (SELECT (polygon -> 0 ->> 0)::float + n / %(communities)s %% 3 * 0.02 AS x,
                           (polygon -> 0 ->> 1)::float + n / %(communities)s / 3 * 0.02 AS y, 0.02 AS side) AS corner;

-- name: devices
-- Each grid has an agent, which has its share of the cameras and sensors. No camera sends pictures: nobody misses them.
INSERT INTO sites (id, name, timezone, detector)
SELECT 'street-' || n, '第' || n || '街道', 'Asia/Shanghai', 'null' FROM generate_series(1, %(streets)s) AS n;
INSERT INTO devices (site, id, kind, name, longitude, latitude, config)
SELECT 'street-' || substr(code, 7, 3)::int, kind || '-' || n, kind, kind || ' ' || n,
       (polygon -> 0 ->> 0)::float + random() * 0.02, (polygon -> 0 ->> 1)::float + random() * 0.02,
       CASE kind
           WHEN 'camera' THEN jsonb_build_object('camera', 'rtsp://10.0.0.1/' || n, 'agent', 'agent-' || code, 'sight', '[]'::jsonb)
           ELSE jsonb_build_object('sensor', 'sim://water_level', 'agent', 'agent-' || code, 'every', 21,
                                   'rules', '[{"kind": "flood", "metric": "water_level", "above": 0.3}]'::jsonb)
       END
FROM (SELECT 'camera' AS kind, generate_series(0, %(cameras)s - 1) AS n
      UNION ALL SELECT 'sensor', generate_series(0, %(sensors)s - 1)) AS device
JOIN (SELECT row_number() OVER (ORDER BY code) - 1 AS number, * FROM areas WHERE level = 'grid') AS grid
  ON number = n %% %(grids)s;

-- name: agents
SELECT site, config ->> 'agent', coalesce(array_agg(id) FILTER (WHERE kind = 'camera'), '{}'),
       coalesce(array_agg(id) FILTER (WHERE kind = 'sensor'), '{}')
FROM devices GROUP BY 1, 2 ORDER BY 1, 2;

-- name: arrived
-- Numbers of these boots that are there.
SELECT coalesce(sum(upper(span) - lower(span)), 0)::bigint FROM sequences, unnest(settled - dropped) AS span WHERE boot = ANY (%(boots)s);

-- name: stored
SELECT count(*) FROM readings;

-- name: incidents
-- Those of the traffic.
SELECT count(*) FROM incidents WHERE ticket IS NOT NULL AND kind = 'illegal_parking';
