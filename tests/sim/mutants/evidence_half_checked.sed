# Of two votes that a peer brings as evidence only the first has to be signed by the accused.
# file: node/drive/receive.c
# seed: 19
s/^	add_vote(drive, job, &votes\[1\]);$//
