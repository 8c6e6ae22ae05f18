package org.pdtoolkit.storage.h2;

import org.pdtoolkit.storage.support.Fuse;

/**
 * What the three stores of one storage share.
 *
 * @param opener how files are opened; tests open some that cheat
 */
record Setup(H2Options options, BlockFile.Opener opener, Fuse fuse) {}
