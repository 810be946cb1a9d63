// The widths that every test bench builds its unit with, and the ports that all of them share: one stimulus of three fields
// for all sets, a result of two words per set, and the widths as outputs, so that the tests read them from the model.
//   EXTENDED = 0: six sets.     EXTENDED = 1: all pairs of K and A from 2 to 9, on four lanes.
localparam SETS = EXTENDED ? 64 : 6;

function automatic integer wanted_k(input integer s);
  if (EXTENDED) return 2 + s / 8;
  case (s)
    0: return 2;
    1, 4: return 3;
    2: return 4;
    3: return 8;
    default: return 9;
  endcase
endfunction

function automatic integer wanted_a(input integer s);
  if (EXTENDED) return 2 + s % 8;
  case (s)
    0: return 2;
    1: return 3;
    2, 5: return 4;
    default: return 8;
  endcase
endfunction

function automatic integer wanted_lanes(input integer s);
  if (EXTENDED) return 4;
  case (s)
    0, 2: return 16;
    1: return 7;
    3: return 2;
    4: return 5;
    default: return 4;
  endcase
endfunction

function automatic integer bounded(input integer value, input integer least, input integer greatest);
  return value < least ? least : value > greatest ? greatest : value;
endfunction
