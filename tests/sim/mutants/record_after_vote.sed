# The vote goes out before its record is on the disk.
# file: consensus/certify.c
# seed: 201
/^void on_signed/,/^}/{
/emit(out, EFFECT_KEEP_RECORD)->keep = \*record;/d
s/^	tell_own(core, vote, out);/&\
	emit(out, EFFECT_KEEP_RECORD)->keep = *record;/
}
