/** A network behind HTTP: streams of text for many clients at once, and the clients that try it. */
package dev.unroll.examples.service;
