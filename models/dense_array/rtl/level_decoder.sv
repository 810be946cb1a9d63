// Listed levels: turns CODES codes at once into the levels that they name, on their way into the weight registers.
//   held[i] = listed ? levels[codes[i]] : codes[i]          per code i, D bits, two's complement
// Ports   codes: slots of D (or of K, if that is more) bits, code 0 in the low bits; a listed code stands in the low K bits of its
//         slot, any other code is of up to D bits and passes. levels: the list, level 0 in the low bits; a weight_registers set holds it.
// Depth   0: stands between the weight buffer's port and the shadow registers of the trees.
// Twin    prepare_row, models/dense_array/dense_mac_array.cpp
module level_decoder #(
    parameter integer K = 4,  // bits of a listed code
    parameter integer D = 8,  // bits of a level
    parameter integer CODES = 16,
    parameter integer SLOT = D > K ? D : K  // derived: do not set
) (
    input  wire                  listed,
    input  wire [CODES*SLOT-1:0] codes,
    input  wire [    (D<<K)-1:0] levels,
    output wire [   CODES*D-1:0] held
);
  genvar i, stage, n;
  generate
    for (i = 0; i < CODES; i = i + 1) begin : decoder
      // A tree of multiplexers: stage s halves what is left by bit s of the code.
      for (stage = 0; stage <= K; stage = stage + 1) begin : tree
        wire [(D<<(K-stage))-1:0] left;
        if (stage == 0) begin : leaves
          assign left = levels;
        end else begin : halves
          for (n = 0; n < 1 << (K - stage); n = n + 1) begin : pair
            assign left[n*D+:D] = codes[i*SLOT+stage-1] ? tree[stage-1].left[(2*n+1)*D+:D] : tree[stage-1].left[2*n*D+:D];
          end
        end
      end
      assign held[i*D+:D] = listed ? tree[K].left : codes[i*SLOT+:D];
    end
  endgenerate
endmodule
