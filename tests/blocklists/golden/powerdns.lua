-- Fanzha: put the folder of the zone files into FANZHA_ZONES
local zones = os.getenv('FANZHA_ZONES') or '/var/lib/fanzha'
for _, zone in ipairs({ 'passthru', 'hot', 'base' }) do
    rpzFile(zones .. '/' .. zone .. '.zone', { policyName = 'fanzha-' .. zone })
end
