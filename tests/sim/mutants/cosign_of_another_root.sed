# What was signed over another root counts for ours.
# file: node/drive/cosigning.c
# seed: 20
s/if (slot \&\& hash_equal(&slot->root, &own->root))/if (slot)/
