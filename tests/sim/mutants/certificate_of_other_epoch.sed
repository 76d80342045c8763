# A certificate of another epoch is looked at with this one's keys, and believed.
# file: node/drive/receive.c
# file: consensus/certify.c
# seed: 3
s/if (certificate->ballot.epoch != epoch->number || is_held/if (is_held/
s/if (certificate->ballot.epoch != epoch->number ||$/if (/
/^void on_certificate/,/^}/s/if (ballot->epoch != core->epoch.number || core->is_sealed)/if (core->is_sealed)/
