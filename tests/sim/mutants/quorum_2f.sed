# One vote less than a quorum is enough: two quorums need not share an honest validator.
# file: consensus/epoch.c
# seed: 18
/^size_t epoch_quorum/,/^}/s/return \(.*\);/return \1 > 1 ? \1 - 1 : 1;/
