# One cosignature less than a quorum is one.
# file: node/drive/cosigning.c
# seed: 5
s/if (reached->count < cosigning->who.quorum)/if (reached->count + 1 < cosigning->who.quorum)/
