/*
 * The program that the virtual machine runs: every suite, one after the other.
 */
import './machine.suite.js';
import './scan.suite.js';
import './accuracy.suite.js';
import './pressure.suite.js';
import './agent.suite.js';
