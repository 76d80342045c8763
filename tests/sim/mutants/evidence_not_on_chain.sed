# Who lies is named, and keeps his place.
# file: node/drive/accuse.c
# seed: 28
s/^	if (size > 0)$/	if (size > 0 \&\& drive->accused.count > ACCUSED_MAX)/
