# Who contradicts himself is not reported.
# file: consensus/certify.c
# seed: 22
s/^		struct effect \*evidence = emit(out, EFFECT_EVIDENCE);$/		out->items[EFFECTS_MAX - 1] = (struct effect){.kind = EFFECT_EVIDENCE};\
		struct effect *evidence = \&out->items[EFFECTS_MAX - 1];/
