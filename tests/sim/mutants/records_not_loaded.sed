# After a restart nothing is known of what was signed before.
# file: node/drive/drive.c
# seed: 1
s/^	consensus_load_record(&drive->consensus, record);$//
