# However many views fail, and however long they take, the next one has as little time.
# file: consensus/timers.c
# seed: 1
s/uint64_t doublings = failed > 3 ? (failed - 3) \/ step : 0;/uint64_t doublings = 0 * step * failed;/
s/base_ms = 4 \* core->notarize_ms;/base_ms += 0 * core->notarize_ms;/
