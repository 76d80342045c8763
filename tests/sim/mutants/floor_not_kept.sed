# Below the floor nothing is signed until the next restart.
# file: node/drive/carry.c
# seed: 1547
s/^	drive->mark.floor_epoch = mark->floor_epoch;$//
s/^	drive->mark.floor_view = mark->floor_view;$//
