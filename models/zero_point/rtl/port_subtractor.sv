// port_subtract: takes zero points off the codes of a word of the weight port, on their way into weight registers one bit wider.
//   difference = code - zero_point          per code, two's complement
// Ports   codes: CODES of K bits, code 0 in the low bits. zero_points: of each code's tree, K bits, of the same piece and signedness.
//         codes_signed: 1 two's complement, 0 unsigned (low piece of a wide layer). differences: K + 1 bits each, always signed.
// Depth   0: stands between the weight buffer's port and the shadow registers of the trees.
// Twin    prepare_row, models/dense_array/dense_mac_array.cpp
// Without the choice of the tree's zero point for each code, which comes from the tables' store.
module port_subtractor #(
    parameter integer K = 4,
    parameter integer CODES = 32
) (
    input  wire                     codes_signed,
    input  wire [      CODES*K-1:0] codes,
    input  wire [      CODES*K-1:0] zero_points,
    output wire [CODES*(K+1)-1:0] differences
);
  genvar i;
  generate
    for (i = 0; i < CODES; i = i + 1) begin : code
      wire code_sign = codes[i*K+K-1] & codes_signed, zero_sign = zero_points[i*K+K-1] & codes_signed;
      carry_propagate_adder #(.WIDTH(K + 1)) subtract (
          .a({code_sign, codes[i*K+:K]}), .b(~{zero_sign, zero_points[i*K+:K]}), .carry_in(1'b1), .sum(differences[i*(K+1)+:K+1])
      );
    end
  endgenerate
endmodule
